//! Modified UTF-7 (RFC 3501 §5.1.3), in which IMAP and Maildir++ write folder names.
//!
//! Only the canonical form is read: what wouldn't be written again in the same way isn't taken for it, so a
//! decoded name always leads back to the name it came from.

use base64::{
    Engine,
    alphabet::IMAP_MUTF7,
    engine::{GeneralPurpose, general_purpose::NO_PAD},
};

const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

pub fn encode(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    let mut shifted = Vec::new();
    for c in name.chars() {
        if matches!(c, ' '..='~') {
            flush(&mut encoded, &mut shifted);
            encoded.push(c);
            if c == '&' {
                encoded.push('-');
            }
        } else {
            shifted.extend(c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut encoded, &mut shifted);
    encoded
}

/// None when `text` isn't canonical modified UTF-7.
pub fn decode(text: &str) -> Option<String> {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        decoded.push_str(&rest[..start]);
        let (shifted, after) = rest[start + 1..].split_once('-')?;
        if shifted.is_empty() {
            decoded.push('&');
        } else {
            decoded.push_str(&unshift(shifted)?);
        }
        rest = after;
    }
    decoded.push_str(rest);
    (encode(&decoded) == text).then_some(decoded)
}

fn flush(encoded: &mut String, shifted: &mut Vec<u8>) {
    if !shifted.is_empty() {
        encoded.push('&');
        encoded.push_str(&BASE64.encode(&*shifted));
        encoded.push('-');
        shifted.clear();
    }
}

fn unshift(shifted: &str) -> Option<String> {
    let bytes = BASE64.decode(shifted).ok()?;
    let pairs = bytes.chunks(2).map(|pair| Some(u16::from_be_bytes(pair.try_into().ok()?)));
    String::from_utf16(&pairs.collect::<Option<Vec<_>>>()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("Sent Items", "Sent Items")]
    #[case("草稿", "&g0l6Pw-")]
    #[case("已发送", "&XfJT0ZAB-")]
    #[case("Ünïcode", "&ANw-n&AO8-code")]
    #[case("R&D", "R&-D")]
    #[case("&&", "&-&-")]
    #[case("&Ü&", "&-&ANw-&-")]
    #[case("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-")] // RFC 3501
    #[case("😀", "&2D3eAA-")]
    #[case("a\tb", "a&AAk-b")]
    fn known_names(#[case] name: &str, #[case] encoded: &str) {
        assert_eq!(encode(name), encoded);
        assert_eq!(decode(encoded).as_deref(), Some(name));
    }

    #[rstest]
    #[case::never_closed("R&D")]
    #[case::ascii_in_disguise("&AEE-")]
    #[case::slash_in_disguise("a&AC8-b")]
    #[case::two_shifts_for_one("&ANw-&APw-")]
    #[case::half_a_surrogate("&2D0-")]
    #[case::odd_bytes("&AN-")]
    #[case::not_base64("&..-")]
    #[case::plain_utf8("Ünïcode")]
    fn what_is_not_canonical_is_not_decoded(#[case] text: &str) {
        assert_eq!(decode(text), None);
    }

    proptest! {
        #[test]
        fn every_name_comes_back(name in any::<String>()) {
            prop_assert_eq!(decode(&encode(&name)), Some(name));
        }

        #[test]
        fn a_decoded_name_leads_back(text in "[&A-Za-z0-9,+ -]{0,12}") {
            if let Some(name) = decode(&text) {
                prop_assert_eq!(encode(&name), text);
            }
        }
    }
}
