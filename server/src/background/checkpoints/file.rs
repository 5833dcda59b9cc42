//! The file of checkpoints: only ever added to, and on the disk before anything else happens.

use anyhow::{Context as _, Result};
use domain::{
    store::Store,
    verify::checkpoint::{self, Checkpoint},
};
use std::{io::ErrorKind, path::PathBuf};
use tokio::{
    fs::{self, File, OpenOptions},
    io::AsyncWriteExt as _,
};

const BATCH: u32 = 100;

pub(in crate::background) struct CheckpointFile {
    path: PathBuf,
    /// The size of the largest checkpoint in it; None: it wasn't read yet.
    last: Option<u64>,
}

impl CheckpointFile {
    pub fn new(path: PathBuf) -> Self {
        Self { path, last: None }
    }

    /// The largest trail that the file has a checkpoint of.
    pub async fn last(&mut self) -> Result<u64> {
        if let Some(last) = self.last {
            return Ok(last);
        }
        let text = match fs::read(&self.path).await {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error).with_context(|| self.unusable()),
        };
        let sizes = checkpoint::texts(&text).into_iter();
        let last = sizes.filter_map(|text| Some(text.parse::<Checkpoint>().ok()?.size)).max().unwrap_or(0);
        Ok(*self.last.insert(last))
    }

    /// Adds what the database has beyond it.
    pub async fn follow(&mut self, store: &dyn Store) -> Result<()> {
        loop {
            let last = self.last().await?;
            let new = store.read().await?.checkpoints_after(last, BATCH).await?;
            let Some(newest) = new.last() else { return Ok(()) };
            // An empty line after each.
            let texts =
                new.iter().flat_map(|checkpoint| [checkpoint.text.as_str(), "\n"]).collect::<String>();
            let written = self.append(&texts).await;
            if written.is_err() {
                // Some of it may be there: read it again before the next try.
                self.last = None;
            }
            written.with_context(|| self.unusable())?;
            self.last = Some(newest.size);
        }
    }

    async fn append(&self, texts: &str) -> std::io::Result<()> {
        let is_new = !fs::try_exists(&self.path).await?;
        let mut file = OpenOptions::new().append(true).create(true).open(&self.path).await?;
        // Empty lines first: the last writer may have been cut off in the middle of a line.
        let lead = if file.metadata().await?.len() == 0 { "" } else { "\n\n" };
        file.write_all(format!("{lead}{texts}").as_bytes()).await?;
        file.flush().await?;
        file.sync_all().await?;
        if is_new && let Some(folder) = self.path.parent() {
            File::open(folder).await?.sync_all().await?;
        }
        Ok(())
    }

    fn unusable(&self) -> String {
        format!("the checkpoint file {} (audit.checkpoint_file)", self.path.display())
    }
}
