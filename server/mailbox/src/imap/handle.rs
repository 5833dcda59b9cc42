//! Where one message stands: folder, UIDVALIDITY, UID; and how it looked, to notice what changed since.

use super::answer::{Data, Value};
use domain::{
    hex,
    mail_system::{CopyHandle, Flags, MailError},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// As the server writes it.
    pub folder: Vec<u8>,
    pub validity: u32,
    pub uid: u32,
    /// Of the last change of its flags (RFC 7162); 0 where the server doesn't count.
    pub modseq: u64,
    /// All flags but `\Recent`, sorted, in small letters.
    pub flags: Vec<String>,
}

impl Spot {
    pub fn handle(&self) -> CopyHandle {
        let flags: Vec<String> = self.flags.iter().map(|flag| hex::encode(flag.as_bytes())).collect();
        let Self { folder, validity, uid, modseq, .. } = self;
        CopyHandle(format!("{validity} {uid} {modseq} {} {}", hex::encode(folder), flags.join(",")))
    }

    pub fn parse(handle: &CopyHandle) -> Result<Self, MailError> {
        Self::read(&handle.0).ok_or_else(|| MailError::Other(format!("{:?} is no handle of IMAP", handle.0)))
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (validity, uid, modseq) = (parts.next()?, parts.next()?, parts.next()?);
        let (folder, flags) = (parts.next()?, parts.next()?);
        let flag = |text| String::from_utf8(bytes_of(text)?).ok();
        let flags = flags.split(',').filter(|text| !text.is_empty()).map(flag).collect::<Option<_>>()?;
        Some(Self {
            folder: bytes_of(folder)?,
            validity: validity.parse().ok()?,
            uid: uid.parse().ok()?,
            modseq: modseq.parse().ok()?,
            flags,
        })
    }

    pub fn was_deleted(&self) -> bool {
        self.flags.iter().any(|flag| flag == "\\deleted")
    }
}

pub fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| hex::decode::<1>(str::from_utf8(pair).ok()?).map(|[byte]| byte)).collect()
}

/// The flags of a FETCH answer; None when it has none.
pub fn flags_in(data: &Data) -> Option<Vec<String>> {
    let words = data.item("FLAGS")?.list()?;
    Some(
        words
            .iter()
            .filter_map(Value::bytes)
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
    )
}

/// To compare: a server may write them in any order and case; `\Recent` is the session's, not the message's.
pub fn compared(flags: &[String]) -> Vec<String> {
    let mut flags: Vec<String> = flags.iter().map(|flag| flag.to_lowercase()).collect();
    flags.retain(|flag| flag != "\\recent");
    flags.sort();
    flags.dedup();
    flags
}

pub fn read_flags(words: &[String]) -> Flags {
    let mut flags = Flags::default();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "\\seen" => flags.seen = true,
            "\\answered" => flags.answered = true,
            "\\flagged" => flags.flagged = true,
            "\\deleted" => flags.deleted = true,
            "\\draft" => flags.draft = true,
            "\\recent" => flags.recent = true,
            _ => flags.keywords.push(word.clone()),
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_handle_leads_back(
            folder in proptest::collection::vec(any::<u8>(), 1..20),
            numbers in any::<(u32, u32, u64)>(),
            flags in proptest::collection::vec("\\PC{1,8}", 0..4),
        ) {
            let (validity, uid, modseq) = numbers;
            let spot = Spot { folder, validity, uid, modseq, flags };
            prop_assert_eq!(Spot::parse(&spot.handle()).unwrap(), spot);
        }

        #[test]
        fn what_is_no_handle_is_refused(text in "\\PC{0,30}") {
            if let Ok(spot) = Spot::parse(&CopyHandle(text.clone())) {
                prop_assert_eq!(spot.handle().0, text);
            }
        }
    }

    #[test]
    fn order_case_and_recent_make_no_difference() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let one = compared(&words(&["\\Seen", "$Tag", "\\Recent"]));
        assert_eq!(one, compared(&words(&["$tag", "\\SEEN"])));
        let flags = read_flags(&words(&["\\Seen", "\\Recent", "$Tag", "\\X"]));
        assert!(flags.seen && flags.recent && !flags.deleted);
        assert_eq!(flags.keywords, ["$Tag", "\\X"]);
    }
}
