//! What is wrong with the configuration, and where to put it right. Values of secrets never get here.

use std::{fmt, path::PathBuf};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    /// With what to do about it.
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A line of the file, from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
    /// The file as a whole: something isn't in it.
    File,
}

/// All that was found, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    pub file: PathBuf,
    pub found: Vec<Problem>,
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        for (at, problem) in self.found.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            match &problem.place {
                Place::Line(line) => write!(f, "{file}, line {line}: {}", problem.what)?,
                Place::Variable(name) => write!(f, "environment, {name}: {}", problem.what)?,
                Place::File => write!(f, "{file}: {}", problem.what)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
