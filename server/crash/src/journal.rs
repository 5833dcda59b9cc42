//! What the worker did to the world, in its own words, in a file that outlives it: the check compares it with
//! the audit trail. One line is one `write` to a file opened for appending, so a death leaves no half line.

use anyhow::Result;
use domain::{shared::CaseNumber, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub at: Time,
    pub deed: Deed,
}

/// By the office's clock, which jumps, and by the real one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Time {
    pub office: Timestamp,
    pub real: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Deed {
    /// `at` is the moment the mail system was about to do it.
    Removed {
        mailbox: String,
        message_id: String,
    },
    PutBack {
        mailbox: String,
        key: String,
    },
    PutReplacement {
        mailbox: String,
        key: String,
    },
    Sent {
        mail: String,
    },
    /// The portal answered so; what it answered must be durable.
    Asked {
        draft: String,
        number: CaseNumber,
    },
    Approved {
        number: CaseNumber,
    },
    Refused {
        number: CaseNumber,
    },
    Withdrawn {
        number: CaseNumber,
    },
    /// The administrator's switch.
    Stopped,
    Started,
    /// Something that the portal must refuse was not refused.
    Allowed {
        what: String,
    },
}

pub struct Journal(File);

impl Journal {
    pub fn open(file: &Path) -> Result<Self> {
        Ok(Self(OpenOptions::new().create(true).append(true).open(file)?))
    }

    /// A journal that can't be written makes the campaign worthless: the caller ends.
    pub fn note(&self, at: Time, deed: Deed) -> Result<()> {
        let line = serde_json::to_string(&Line { at, deed })? + "\n";
        Ok((&self.0).write_all(line.as_bytes())?)
    }
}

pub fn read(file: &Path) -> Result<Vec<Line>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    std::fs::read_to_string(file)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
