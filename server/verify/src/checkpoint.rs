//! A checkpoint (C2SP tlog-checkpoint): which log, how many entries, and the root of the tree over them, as a note.

use crate::{
    Hash,
    note::{KeyError, Note, NoteError, Signer},
    text::{base64, unbase64_hash},
    tree::Frontier,
};
use std::str::FromStr;
use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name, which is also the name of its key.
    pub origin: String,
    pub size: u64,
    pub root: Hash,
    pub note: Note,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CheckpointError {
    #[error(transparent)]
    Note(#[from] NoteError),
    #[error("it doesn't say how many entries there are and what the root of their tree is")]
    Content,
}

/// The signed text for a tree.
pub fn write(tree: &Frontier, signer: &Signer) -> Result<String, KeyError> {
    signer.sign(&format!("{}\n{}\n{}\n", signer.name(), tree.size(), base64(&tree.root())))
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let note: Note = text.parse()?;
        let mut lines = note.text().lines();
        let content = || {
            let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
            let number: u64 = size.parse().ok()?;
            // One way to write it: neither +1 nor 01.
            let fits = !origin.is_empty() && number.to_string() == size;
            fits.then_some((origin.to_owned(), number, unbase64_hash(root)?))
        };
        let (origin, size, root) = { content }().ok_or(CheckpointError::Content)?;
        Ok(Self { origin, size, root, note })
    }
}

/// The texts in a file of checkpoints, each followed by an empty line. A piece that nobody signed, such as a machine
/// that lost its power leaves behind, is passed over.
pub fn texts(file: &str) -> Vec<String> {
    let pieces: Vec<&str> = file.split("\n\n").map(|piece| piece.trim_matches('\n')).collect();
    pieces
        .windows(2)
        .filter(|pair| pair[1].starts_with('—') && !pair[0].starts_with('—'))
        .map(|pair| format!("{}\n\n{}\n", pair[0], pair[1]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::leaf_hash;

    fn signed(size: u32) -> String {
        let mut tree = Frontier::default();
        for n in 0..size {
            tree.push(leaf_hash(&n.to_be_bytes()));
        }
        write(&tree, &Signer::new("recant.example/trail", [7; 32]).unwrap()).unwrap()
    }

    #[test]
    fn a_checkpoint_looks_as_the_format_says() {
        insta::assert_snapshot!(signed(3));
        let read: Checkpoint = signed(3).parse().unwrap();
        assert_eq!((read.origin.as_str(), read.size), ("recant.example/trail", 3));
    }

    #[test]
    fn what_is_no_checkpoint_is_refused() {
        let signer = Signer::new("x", [7; 32]).unwrap();
        let root = base64(&[1; 32]);
        for text in ["x\n1\n", "x\n01\nROOT\n", "x\n+1\nROOT\n", "x\n1\nAAAA\n", "\n1\nROOT\n"] {
            let note = signer.sign(&text.replace("ROOT", &root)).unwrap();
            assert_eq!(note.parse::<Checkpoint>(), Err(CheckpointError::Content), "{text:?}");
        }
        assert!(signer.sign(&format!("x\n1\n{root}\nmore\n")).unwrap().parse::<Checkpoint>().is_ok());
    }

    #[test]
    fn a_file_holds_many_and_survives_a_torn_one() {
        let file = format!("{}\n{}\n\nrecant.exa\n\n{}\n{}", signed(1), signed(2), signed(3), signed(4));
        assert_eq!(texts(&file), [signed(1), signed(2), signed(3), signed(4)]);
        assert_eq!(texts(&signed(5)), [signed(5)]);
        assert_eq!(texts("nothing\n"), <Vec<String>>::new());
    }
}
