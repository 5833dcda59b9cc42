//! Signed notes (C2SP signed-note): a text, an empty line, and lines of signatures by named ed25519 keys.

use crate::{
    Hash,
    text::{base64, hex, unbase64, unhex},
};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};
use thiserror::Error;

/// The kind of signature, in key ids and written keys.
const ED25519: u8 = 1;

/// Begins each signature's line: an em dash and a space.
const DASH: &str = "— ";

/// Begins a written signing key, as Go's `sumdb/note` has it.
const PRIVATE: &str = "PRIVATE+KEY+";

/// Tells keys of the same name apart; no proof of anything.
pub type KeyId = [u8; 4];

/// Whom to believe. Written `NAME+ID+KEY`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: String,
    id: KeyId,
    public: VerifyingKey,
}

/// Makes signatures that a [`Key`] checks.
#[derive(Clone)]
pub struct Signer {
    name: String,
    key: SigningKey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Line>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    name: String,
    id: KeyId,
    signature: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    #[error("a key's name is a text without blanks and without +, such as recant.example.com/trail")]
    Name,
    #[error("this isn't a key: it looks like recant.example.com/trail+0123abcd+AQ…=")]
    Shape,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoteError {
    #[error("there is no signature")]
    Unsigned,
    #[error("a line of its signatures can't be read")]
    Signature,
}

/// Why a note can't be believed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Distrust {
    #[error("its signature by {0} is wrong")]
    Forged(String),
    #[error("it is signed by {0} alone, which isn't the key given")]
    Foreign(String),
}

impl Key {
    fn new(name: &str, public: VerifyingKey) -> Result<Self, KeyError> {
        let fits = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(KeyError::Name);
        }
        let digest: Hash = Sha256::new_with_prefix(name)
            .chain_update([b'\n', ED25519])
            .chain_update(public)
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        Ok(Self { name: name.to_owned(), id: [a, b, c, d], public })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = base64(&[&[ED25519], self.public.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, hex(&self.id))
    }
}

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, id, key) = parts(text.trim()).ok_or(KeyError::Shape)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|_| KeyError::Shape)?;
        let key = Self::new(name, key)?;
        if key.id == id { Ok(key) } else { Err(KeyError::Shape) }
    }
}

/// Name, id, and the 32 bytes of the key. Base64 may hold a +, names can't.
fn parts(text: &str) -> Option<(&str, KeyId, [u8; 32])> {
    let mut parts = text.splitn(3, '+');
    let (name, id, key) = (parts.next()?, unhex(parts.next()?)?, unbase64(parts.next()?)?);
    match key.split_first()? {
        (&ED25519, key) => Some((name, id, key.try_into().ok()?)),
        _ => None,
    }
}

impl Signer {
    /// `seed`: 32 secret random bytes.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(&seed);
        Key::new(name, key.verifying_key())?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// The other half, for everybody.
    pub fn key(&self) -> Result<Key, KeyError> {
        Key::new(&self.name, self.key.verifying_key())
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The secret, as it is kept in a file.
    pub fn secret(&self) -> Result<String, KeyError> {
        let id = self.key()?.id;
        let seed = base64(&[&[ED25519], self.key.as_bytes().as_slice()].concat());
        Ok(format!("{PRIVATE}{}+{}+{seed}", self.name, hex(&id)))
    }

    /// `text` ends with a line end and has no empty line at its end. The same text gives the same note.
    pub fn sign(&self, text: &str) -> Result<String, KeyError> {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let signed = base64(&[self.key()?.id.as_slice(), &signature].concat());
        Ok(format!("{text}\n{DASH}{} {signed}\n", self.name))
    }
}

impl FromStr for Signer {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim().strip_prefix(PRIVATE).ok_or(KeyError::Shape)?;
        let (name, id, seed) = parts(text).ok_or(KeyError::Shape)?;
        let signer = Self::new(name, seed)?;
        if signer.key()?.id == id { Ok(signer) } else { Err(KeyError::Shape) }
    }
}

/// The secret stays out of logs.
impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Note {
    /// The signed text, with its last line end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// By which of these keys it is signed. Lines of other keys don't count, neither for nor against it.
    pub fn signed_by<'a>(&self, keys: &'a [Key]) -> Result<&'a Key, Distrust> {
        let known = |line: &Line| keys.iter().find(|key| key.name == line.name && key.id == line.id);
        for line in &self.signatures {
            let Some(key) = known(line) else { continue };
            let good = Signature::from_slice(&line.signature)
                .and_then(|signature| key.public.verify_strict(self.text.as_bytes(), &signature));
            return good.map(|()| key).map_err(|_| Distrust::Forged(line.name.clone()));
        }
        let names: Vec<String> =
            self.signatures.iter().map(|line| format!("{}+{}", line.name, hex(&line.id))).collect();
        Err(Distrust::Foreign(names.join(", ")))
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        let (text, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Unsigned)?;
        let signatures: Option<Vec<Line>> = lines.lines().map(line).collect();
        let signatures = signatures.ok_or(NoteError::Signature)?;
        if signatures.is_empty() {
            return Err(NoteError::Unsigned);
        }
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

fn line(line: &str) -> Option<Line> {
    let (name, signed) = line.strip_prefix(DASH)?.split_once(' ')?;
    let signed = unbase64(signed)?;
    let (id, signature) = signed.split_first_chunk()?;
    Some(Line { name: name.to_owned(), id: *id, signature: signature.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key and the note of the documentation of Go's `sumdb/note`.
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const ADVICE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\
        \n\
        — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn another_hands_note_is_believed() {
        let peter: Key = PETER.parse().unwrap();
        assert_eq!(peter.to_string(), PETER);
        let note: Note = ADVICE.parse().unwrap();
        assert_eq!(note.signed_by(std::slice::from_ref(&peter)).unwrap().name(), "PeterNeumann");
        let changed: Note = ADVICE.replacen("problem", "Problem", 1).parse().unwrap();
        assert_eq!(changed.signed_by(&[peter]), Err(Distrust::Forged("PeterNeumann".into())));
    }

    #[test]
    fn what_is_signed_is_believed_by_its_key_alone() {
        let signer = Signer::new("recant.example/trail", [7; 32]).unwrap();
        let stranger = Signer::new("recant.example/trail", [8; 32]).unwrap();
        let text = signer.sign("recant.example/trail\n1\n").unwrap();
        let note: Note = text.parse().unwrap();
        assert_eq!(note.text(), "recant.example/trail\n1\n");
        let keys = [stranger.key().unwrap(), signer.key().unwrap()];
        assert_eq!(note.signed_by(&keys), Ok(&keys[1]));
        assert!(matches!(note.signed_by(&keys[..1]), Err(Distrust::Foreign(_))));
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        let signer = Signer::new("a", [9; 32]).unwrap();
        let secret = signer.secret().unwrap();
        assert_eq!(secret.parse::<Signer>().unwrap().key(), signer.key());
        assert!(!format!("{signer:?}").contains(&secret[20..]));
        let public = signer.key().unwrap().to_string();
        assert_eq!(public.parse::<Key>(), signer.key());
        for wrong in ["", "a", "a+b+c", &public[1..], &public.replacen('+', "+0", 1), &format!("b{public}")] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
        for name in ["", "a b", "a+b", "a\u{3000}b", "a\n"] {
            assert_eq!(Signer::new(name, [1; 32]).unwrap_err(), KeyError::Name, "{name:?}");
        }
    }

    #[test]
    fn what_is_no_note_is_refused() {
        for text in
            ["", "text\n", "text\n\n", "text\n\nno dash\n", "text\n\n— name !\n", "text\n\n— name AAA=\n"]
        {
            assert!(text.parse::<Note>().is_err(), "{text:?}");
        }
    }
}
