//! Passwords: argon2id (RFC 9106), with the same work for known and unknown accounts.

use argon2::{
    Argon2, PasswordVerifier,
    password_hash::{PasswordHasher, phc::PasswordHash},
};
use thiserror::Error;
use zeroize::Zeroizing;

pub const MIN_LENGTH: usize = 10;
pub const MAX_LENGTH: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    #[error("a password has at least {MIN_LENGTH} characters")]
    TooShort,
    #[error("a password has at most {MAX_LENGTH} characters")]
    TooLong,
    #[error("the password couldn't be hashed")]
    Hash,
}

/// PHC string with a random salt of 16 bytes.
pub fn hash(password: &str, salt: [u8; 16]) -> Result<String, PasswordError> {
    let length = password.chars().count();
    if length < MIN_LENGTH {
        return Err(PasswordError::TooShort);
    }
    if length > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    Argon2::default()
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|_| PasswordError::Hash)
}

/// Takes as long when there is no such account: the password is then checked against [`DECOY`].
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let known = stored.and_then(|text| PasswordHash::new(text).ok());
    let exists = known.is_some();
    let Some(hash) = known.or_else(|| PasswordHash::new(DECOY).ok()) else { return false };
    let length_fits = password.chars().count() <= MAX_LENGTH;
    let matches = length_fits && Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
    matches && exists
}

/// 100 bits in letters that aren't taken for one another, in groups of five.
pub fn made_of(random: [u8; 20]) -> Zeroizing<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let letters = random.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Zeroizing::new(groups.join("-"))
}

/// The hash of a password nobody has, with today's parameters.
const DECOY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cmVjYW50LWRlY295LTAx$RV43ZqWXFJzSBjc3hTzHy4XSn4pyxv6K9bTHxP9V3zc";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_wrong_unknown() {
        let stored = hash("correct horse 撤回", [7; 16]).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse 撤回", Some(&stored)));
        assert!(!verify("correct horse", Some(&stored)));
        assert!(!verify("correct horse 撤回", None));
        assert!(!verify("correct horse 撤回", Some("not a hash")));
    }

    #[test]
    fn the_decoy_costs_what_a_real_one_costs() {
        let decoy = PasswordHash::new(DECOY).unwrap();
        let real = hash("0123456789", [1; 16]).unwrap();
        let real = PasswordHash::new(&real).unwrap();
        assert_eq!(
            (decoy.algorithm, decoy.version, decoy.params.clone()),
            (real.algorithm, real.version, real.params.clone())
        );
    }

    #[test]
    fn a_made_password_is_all_of_its_randomness() {
        let one = made_of([0; 20]);
        assert_eq!((one.as_str(), one.len()), ("aaaaa-aaaaa-aaaaa-aaaaa", 23));
        for at in 0..20 {
            let mut random = [0; 20];
            random[at] = 31;
            assert_eq!(made_of(random).matches('9').count(), 1, "byte {at}");
        }
        assert!(hash(&one, [0; 16]).is_ok());
    }

    #[test]
    fn length_is_limited_both_ways() {
        assert_eq!(hash("short", [0; 16]), Err(PasswordError::TooShort));
        assert_eq!(hash(&"x".repeat(201), [0; 16]), Err(PasswordError::TooLong));
    }
}
