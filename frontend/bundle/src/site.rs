//! The site folder: names with hashes, compressed copies, and when it has to be made again.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::Build;
use crate::wasm::Module;

/// Compressed already; a second time makes them larger.
const PACKED: [&str; 6] = ["png", "jpg", "webp", "avif", "woff2", "ico"];

/// Sizes in bytes: as they are, and after brotli.
pub struct Sizes(Vec<Size>);

struct Size {
    name: String,
    is_style: bool,
    plain: u64,
    brotli: u64,
}

impl Sizes {
    pub fn script_brotli(&self) -> u64 {
        self.0.iter().filter(|size| !size.is_style).map(|size| size.brotli).sum()
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for size in &self.0 {
            writeln!(f, "  {:<32} {:>8} {:>8} br", size.name, kb(size.plain), kb(size.brotli))?;
        }
        write!(f, "  {:<32} {:>8} {:>8} br", "wasm + js", "", kb(self.script_brotli()))
    }
}

fn kb(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

/// Names everything that goes into the site: when it is unchanged, so is the site.
pub fn key(build: &Build, raw: &Path) -> Result<String> {
    let mut hash = Sha256::new();
    let mut inputs = vec![raw.to_owned(), build.root.join("frontend/bundle/package-lock.json")];
    inputs.extend(files(&build.root.join("style"))?);
    inputs.extend(files(&build.root.join("frontend/public"))?);
    inputs.extend(files(&build.root.join("frontend/bundle/src"))?);
    for file in inputs {
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(fs::read(&file).with_context(|| file.display().to_string())?);
    }
    Ok(hex(&hash.finalize()))
}

pub fn is_current(build: &Build, key: &str) -> bool {
    fs::read_to_string(build.out.join(".key")).is_ok_and(|written| written == key)
}

/// Writes the whole site. `hash.txt` goes last but one: until then a running server names the old files,
/// which stay until the end.
pub fn write(build: &Build, module: &Module, css: &[u8], key: &str) -> Result<()> {
    let out = &build.out;
    let pkg = out.join("pkg");
    fs::create_dir_all(&pkg)?;
    // Gone until all is written: an interrupted run is done again.
    fs::write(out.join(".key"), "")?;
    let mut keep = vec![out.join("hash.txt"), out.join(".key")];
    let mut hashes = Vec::new();
    for (kind, content) in [("js", module.js.as_slice()), ("wasm", &module.wasm), ("css", css)] {
        let hash = hex(&Sha256::digest(content)[..8]);
        keep.extend(put(build, &pkg.join(format!("recant.{hash}.{kind}")), content)?);
        hashes.push(format!("{kind}: {hash}\n"));
    }
    for (from, to) in
        [(&module.snippets, pkg.join("snippets")), (&build.root.join("frontend/public"), out.clone())]
    {
        for file in files(from)? {
            keep.extend(put(build, &to.join(file.strip_prefix(from)?), &fs::read(&file)?)?);
        }
    }
    fs::write(out.join("hash.txt"), hashes.concat())?;
    for stale in files(out)?.into_iter().filter(|file| !keep.contains(file)) {
        fs::remove_file(stale)?;
    }
    fs::write(out.join(".key"), key)?;
    Ok(())
}

/// The sizes of what every page loads.
pub fn sizes(build: &Build) -> Result<Sizes> {
    let pkg = build.out.join("pkg");
    let mut sizes = Vec::new();
    for file in files(&pkg)? {
        let kind = file.extension().and_then(|end| end.to_str()).unwrap_or_default();
        if ["js", "wasm", "css"].contains(&kind) {
            sizes.push(Size {
                name: file.strip_prefix(&pkg)?.display().to_string(),
                is_style: kind == "css",
                plain: fs::metadata(&file)?.len(),
                brotli: fs::metadata(format!("{}.br", file.display()))?.len(),
            });
        }
    }
    Ok(Sizes(sizes))
}

/// Writes a file with its compressed copies; returns what was written.
fn put(build: &Build, path: &Path, content: &[u8]) -> Result<Vec<PathBuf>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)?;
    let mut written = vec![path.to_owned()];
    let packed = path.extension().is_some_and(|end| PACKED.iter().any(|packed| end == *packed));
    if !packed {
        for (end, bytes) in [("br", brotli(content, build.debug)?), ("gz", gzip(content, build.debug)?)] {
            let copy = PathBuf::from(format!("{}.{end}", path.display()));
            fs::write(&copy, bytes)?;
            written.push(copy);
        }
    }
    Ok(written)
}

fn brotli(content: &[u8], debug: bool) -> Result<Vec<u8>> {
    let quality = if debug { 4 } else { 11 };
    let params = brotli::enc::BrotliEncoderParams { quality, lgwin: 22, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut packed, &params)?;
    Ok(packed)
}

fn gzip(content: &[u8], debug: bool) -> Result<Vec<u8>> {
    let level = if debug { flate2::Compression::fast() } else { flate2::Compression::best() };
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), level);
    packer.write_all(content)?;
    Ok(packer.finish()?)
}

/// All files below a folder, sorted; none if there is no such folder.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                found.extend(files(&path)?);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
