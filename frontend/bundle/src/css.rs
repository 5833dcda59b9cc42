//! The style sheet: `style/main.css` with everything it imports, in one minified file.

use std::path::Path;

use anyhow::{Result, anyhow};
use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

/// Bundles the file and its `@import`s. A `url()` is left as it stands: write it from the site's root (`/logo.svg`).
pub fn bundle(main: &Path) -> Result<Vec<u8>> {
    let files = FileProvider::new();
    let mut sheet = Bundler::new(&files, None, ParserOptions::default())
        .bundle(main)
        .map_err(|error| anyhow!("{}: {error}", main.display()))?;
    let targets = Targets::from(oldest_browsers());
    sheet
        .minify(MinifyOptions { targets, ..MinifyOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    let printed = sheet.to_css(PrinterOptions { minify: true, targets, ..PrinterOptions::default() })?;
    Ok(printed.code.into_bytes())
}

/// The first browsers with nesting, `light-dark()` and `:has()`: what is newer is rewritten for them.
fn oldest_browsers() -> Browsers {
    let version = |major: u32, minor: u32| Some(major << 16 | minor << 8);
    Browsers {
        chrome: version(123, 0),
        firefox: version(121, 0),
        safari: version(17, 5),
        ..Browsers::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_taken_in_and_nothing_is_left_to_minify() {
        let folder = std::env::temp_dir().join(format!("recant-css-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("kit")).unwrap();
        std::fs::write(folder.join("main.css"), "@import 'kit/button.css';\nbody { margin: 0px }\n").unwrap();
        std::fs::write(folder.join("kit/button.css"), ".button { & .icon { color: #ff0000 } }\n").unwrap();
        let made = String::from_utf8(bundle(&folder.join("main.css")).unwrap()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(made, ".button{& .icon{color:red}}body{margin:0}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = bundle(Path::new("nowhere/main.css")).unwrap_err().to_string();
        assert!(error.contains("nowhere/main.css"), "{error}");
    }
}
