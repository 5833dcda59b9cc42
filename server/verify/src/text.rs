//! Hashes as hexadecimal digits and bytes as base64 (RFC 4648 §4), for people, notes and JSON.

use crate::Hash;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Small letters.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('?');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Exactly N bytes, small letters only: there is one way to write a hash.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    let mut wrong = 0;
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let (high, low) = (VALUES[usize::from(*high)], VALUES[usize::from(*low)]);
        *byte = high << 4 | low & 15;
        wrong |= (high | low) & NO_DIGIT;
    }
    (wrong == 0).then_some(bytes)
}

/// Of a character that is no digit.
const NO_DIGIT: u8 = 0x80;

/// What each character is worth as a digit: a trail has two hashes an entry.
const VALUES: [u8; 256] = {
    let mut values = [NO_DIGIT; 256];
    let mut value: u8 = 0;
    while value < 16 {
        values[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    values
};

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn unbase64_hash(text: &str) -> Option<Hash> {
    unbase64(text)?.try_into().ok()
}

/// For `#[serde(with)]`.
pub(crate) mod as_hex {
    use super::{hex, unhex};
    use crate::Hash;
    use serde::{Deserializer, Serializer, de};
    use std::fmt;

    pub fn serialize<S: Serializer>(hash: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(hash))
    }

    struct Digits;

    impl de::Visitor<'_> for Digits {
        type Value = Hash;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("64 hexadecimal digits")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Hash, E> {
            unhex(text).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Hash, D::Error> {
        deserializer.deserialize_str(Digits)
    }
}

/// For `#[serde(with)]`: bytes that may be absent.
pub(crate) mod as_base64 {
    use super::{base64, unbase64};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::borrow::Cow;

    #[expect(clippy::ref_option, reason = "serde's shape")]
    pub fn serialize<S: Serializer>(bytes: &Option<Cow<'_, [u8]>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => serializer.serialize_some(&base64(bytes)),
            None => serializer.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Cow<'static, [u8]>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| unbase64(&text).map(Cow::Owned).ok_or_else(|| D::Error::custom("not base64")))
            .transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        assert_eq!(hex(&[0, 9, 255]), "0009ff");
        assert_eq!(unhex(&hex(&[0, 9, 255])), Some([0, 9, 255]));
        for text in ["", "0", "zz", "+1", "000", "é", "FF"] {
            assert_eq!(unhex::<1>(text), None, "{text}");
        }
        assert_eq!(unbase64(&base64(b"a\xff")), Some(b"a\xff".to_vec()));
    }
}
