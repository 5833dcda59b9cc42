//! Joins `locales/<language>/*.ftl` into `locales/.built/<language>/app.ftl` (not under version control).
//!
//! `fl!` reads one file a language, at a fixed place in the crate; people write one file an area. Cargo
//! compiles the crate again when a sentence changes, because this script says what it read.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

fn main() -> io::Result<()> {
    for language in ["en", "zh-CN"] {
        let mut newest = SystemTime::UNIX_EPOCH;
        let mut joined = String::new();
        for part in parts(&Path::new("locales").join(language))? {
            newest = newest.max(fs::metadata(&part)?.modified()?);
            joined.push_str(&fs::read_to_string(&part)?);
            joined.push('\n');
        }
        write_if_changed(&Path::new("locales/.built").join(language), &joined, newest)?;
    }
    Ok(())
}

fn parts(folder: &Path) -> io::Result<Vec<PathBuf>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut parts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "ftl") {
            println!("cargo::rerun-if-changed={}", path.display());
            parts.push(path);
        }
    }
    parts.sort();
    Ok(parts)
}

/// By renaming, so that two builds at once never read half a file. Cargo watches the result, too (a fresh
/// checkout may meet an old build cache); it gets the time of its sources so as not to look changed itself.
fn write_if_changed(folder: &Path, text: &str, time: SystemTime) -> io::Result<()> {
    let file = folder.join("app.ftl");
    println!("cargo::rerun-if-changed={}", file.display());
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!("app.ftl.{}", std::process::id()));
    fs::write(&fresh, text)?;
    fs::File::options().append(true).open(&fresh)?.set_modified(time)?;
    fs::rename(&fresh, &file)
}
