//! Secrets come from files that nobody else can read; what is in them is never printed.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{
    hex,
    vault::{KeyRing, KeySource},
    verify::note::Signer,
};
use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use thiserror::Error;
use zeroize::Zeroizing;

/// Far more than a key or a password takes; keeps a wrong path from being read into memory.
const MAX_BYTES: u64 = 4096;

#[derive(Debug, Error)]
pub enum SecretError {
    #[error("the file can't be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("everybody on this machine can read or change the file: `chmod 600` it")]
    Exposed,
    #[error("the file is too large for a secret")]
    TooLarge,
    #[error("the file is empty, or isn't text")]
    NoText,
    #[error(
        "the file holds something that isn't a key: one a line, 32 bytes as 64 hexadecimal digits or as base64; `recant key new FILE` makes one"
    )]
    NoKey,
    #[error("the file isn't a signing key; `recant key new FILE --signing NAME` makes one")]
    NoSigningKey,
}

/// A line; blanks and the line end around it don't belong to it.
pub fn read_password(file: &Path) -> Result<Zeroizing<String>, SecretError> {
    let bytes = read(file)?;
    let text = str::from_utf8(&bytes).map_err(|_| SecretError::NoText)?.trim();
    if text.is_empty() { Err(SecretError::NoText) } else { Ok(Zeroizing::new(text.to_owned())) }
}

/// One key a line, the one that wraps first; empty lines don't count.
pub fn read_keys(file: &Path) -> Result<KeyRing, SecretError> {
    let bytes = read(file)?;
    let text = str::from_utf8(&bytes).map_err(|_| SecretError::NoKey)?;
    let mut keys = Zeroizing::new(Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        keys.push(hex::decode::<32>(line).or_else(|| from_base64(line)).ok_or(SecretError::NoKey)?);
    }
    KeyRing::new(keys.iter().copied()).ok_or(SecretError::NoKey)
}

/// The vault's keys, where the configuration says they are.
pub(super) struct KeyFile(pub PathBuf);

impl KeySource for KeyFile {
    fn read(&self) -> Option<KeyRing> {
        match read_keys(&self.0) {
            Ok(ring) => Some(ring),
            Err(error) => {
                tracing::error!(file = %self.0.display(), %error, "the vault's keys can't be read again");
                None
            }
        }
    }
}

/// As `recant key new --signing` writes it.
pub fn read_signer(file: &Path) -> Result<Signer, SecretError> {
    read_password(file)?.parse().map_err(|_| SecretError::NoSigningKey)
}

fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let about = fs::metadata(file)?;
    if about.permissions().mode() & 0o007 != 0 {
        return Err(SecretError::Exposed);
    }
    if about.len() > MAX_BYTES {
        return Err(SecretError::TooLarge);
    }
    Ok(Zeroizing::new(fs::read(file)?))
}

fn from_base64(text: &str) -> Option<[u8; 32]> {
    let bytes = Zeroizing::new(STANDARD.decode(text).ok()?);
    bytes.as_slice().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::vault::MasterKey;

    fn file(text: &str, mode: u32) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn keys_are_hex_or_base64_of_32_bytes() {
        for text in [format!("{}\n", "0f".repeat(32)), STANDARD.encode([15; 32])] {
            assert!(read_keys(file(&text, 0o600).path()).is_ok(), "{text}");
        }
        for text in ["", "0f", &"0g".repeat(32), &STANDARD.encode([15; 31]), &"é".repeat(32)] {
            assert!(matches!(read_keys(file(text, 0o600).path()), Err(SecretError::NoKey)), "{text}");
        }
    }

    #[test]
    fn one_key_a_line_and_none_is_left_out_silently() {
        let (new, old) = ("0e".repeat(32), STANDARD.encode([15; 32]));
        let ring = read_keys(file(&format!("{new}\n\n  {old}\r\n"), 0o600).path()).unwrap();
        assert_eq!(ring.ids().len(), 2);
        assert_eq!(ring.ids()[0], MasterKey::new([14; 32]).first_id());
        let broken = read_keys(file(&format!("{new}\nold key\n"), 0o600).path());
        assert!(matches!(broken, Err(SecretError::NoKey)));
    }

    #[test]
    fn a_secret_that_everybody_can_read_is_refused() {
        let text = "0f".repeat(32);
        for mode in [0o604, 0o644, 0o602] {
            assert!(matches!(read_keys(file(&text, mode).path()), Err(SecretError::Exposed)), "{mode:o}");
        }
        assert!(read_keys(file(&text, 0o640).path()).is_ok(), "a group of the server's own is fine");
        assert!(matches!(read_keys(Path::new("/nowhere/key")), Err(SecretError::Unreadable(_))));
    }
}
