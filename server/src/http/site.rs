//! The browser bundle: where it lies, and what Leptos must know about it.

use leptos::prelude::LeptosOptions;
use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

#[derive(Clone, Debug)]
pub struct Site {
    folder: PathBuf,
}

#[derive(Debug, Error)]
#[error("the browser bundle isn't in {folder} (site.dir): {cause}; `./dev` builds it")]
pub struct SiteError {
    folder: PathBuf,
    cause: io::Error,
}

/// Names of the hashed files. Leptos reads it for each page and panics without it.
const HASHES: &str = "hash.txt";

impl Site {
    pub fn open(folder: &Path) -> Result<Self, SiteError> {
        let missing = |cause| SiteError { folder: folder.to_owned(), cause };
        // Leptos looks for relative paths beside the program.
        let absolute = folder.canonicalize().map_err(missing)?;
        std::fs::metadata(absolute.join(HASHES)).map_err(missing)?;
        Ok(Self { folder: absolute })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn leptos_options(&self) -> LeptosOptions {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        LeptosOptions::builder()
            .output_name("recant")
            .site_root(text(&self.folder))
            .site_pkg_dir("pkg")
            .hash_files(true)
            .hash_file(text(&self.folder.join(HASHES)).into())
            .build()
    }
}
