//! Joins `locales/<language>/*.ftl` into `locales/.built/<language>/app.ftl` (not under version control).
//!
//! `fl!` reads one file a language, at a fixed place in the crate; people write one file an area. Cargo
//! compiles the crate again when a sentence changes, because this script says what it read.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    for language in ["en", "zh-CN"] {
        let folder = Path::new("locales").join(language);
        println!("cargo::rerun-if-changed={}", folder.display());
        let mut parts: Vec<_> = fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
        parts.sort_by_key(fs::DirEntry::file_name);
        let mut joined = String::new();
        for part in parts {
            let path = part.path();
            if path.extension().is_some_and(|end| end == "ftl") {
                println!("cargo::rerun-if-changed={}", path.display());
                joined.push_str(&fs::read_to_string(&path)?);
                joined.push('\n');
            }
        }
        write_if_changed(&Path::new("locales/.built").join(language), &joined)?;
    }
    Ok(())
}

/// By renaming, so that two builds at once never read half a file.
fn write_if_changed(folder: &Path, text: &str) -> io::Result<()> {
    let file = folder.join("app.ftl");
    if fs::read_to_string(&file).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let fresh = folder.join(format!("app.ftl.{}", std::process::id()));
    fs::write(&fresh, text)?;
    fs::rename(&fresh, &file)
}
