//! Names of message files: `<unique>[:2,<flags>]`, in `new/` or `cur/` (<https://cr.yp.to/proto/maildir.html>).
//!
//! The part before the colon stays while a client reads, flags or moves the file; the rest is its state.

use domain::{
    mail_system::{CopyHandle, Flags, MailError, NewCopy},
    time::Timestamp,
};
use std::fmt;

/// Flags that only Maildir has, as [`Flags::keywords`]: `maildir:P` (passed on), `maildir:a` to `maildir:z`
/// (the letters' meaning stands in the folder's `dovecot-keywords`).
const KEYWORD: &str = "maildir:";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sub {
    New,
    Cur,
}

/// Where one message file lies. `folder` is the directory's own name, empty for the inbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    pub folder: String,
    pub sub: Sub,
    pub file: String,
}

impl Sub {
    /// In the order in which a client moves messages, so that a move during a look is seen.
    pub const BOTH: [Self; 2] = [Self::New, Self::Cur];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Cur => "cur",
        }
    }
}

impl Spot {
    pub fn handle(&self) -> CopyHandle {
        CopyHandle(self.to_string())
    }

    /// Says the same after the message was read or flagged.
    pub fn locator(&self) -> String {
        format!("{}/{}", self.folder, base(&self.file))
    }

    pub fn parse(handle: &CopyHandle) -> Result<Self, MailError> {
        let mut parts = handle.0.split('/');
        let spot = match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(folder), Some(sub), Some(file), None) => Sub::BOTH
                .into_iter()
                .find(|known| known.as_str() == sub)
                .map(|sub| Self { folder: folder.to_owned(), sub, file: file.to_owned() }),
            _ => None,
        };
        let safe = |spot: &Self| {
            !spot.folder.starts_with("..") && !spot.file.is_empty() && !spot.file.starts_with('.')
        };
        spot.filter(safe).ok_or_else(|| MailError::Other(format!("{:?} is no handle of a Maildir", handle.0)))
    }

    pub fn flags(&self) -> Flags {
        let letters = self.file.split_once(":2,").map_or("", |(_, info)| info);
        let letters = letters.split(',').next().unwrap_or_default();
        let keyword =
            |letter: &char| *letter == 'P' || (letter.is_ascii_alphabetic() && !"DFRST".contains(*letter));
        Flags {
            seen: letters.contains('S'),
            answered: letters.contains('R'),
            flagged: letters.contains('F'),
            deleted: letters.contains('T'),
            draft: letters.contains('D'),
            recent: self.sub == Sub::New,
            keywords: letters.chars().filter(keyword).map(|letter| format!("{KEYWORD}{letter}")).collect(),
            opened_at: None,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.folder, self.sub.as_str(), self.file)
    }
}

/// The unique part of a file name.
pub fn base(file: &str) -> &str {
    file.split_once(':').map_or(file, |(base, _)| base)
}

/// Was this file put with that key?
pub fn has_key(file: &str, key: &str) -> bool {
    base(file).split('.').nth(1).and_then(|part| part.strip_prefix('R')) == Some(key)
}

/// Where and under which name a copy is put.
pub fn for_new(copy: &NewCopy<'_>) -> (Sub, String) {
    let Timestamp(millis) = copy.received_at;
    let (secs, size) = (millis.div_euclid(1000), copy.bytes.len());
    let base = format!("{secs}.R{}.recant,S={size}", copy.key);
    let letters = letters(copy.flags);
    match (copy.flags.recent, letters.is_empty()) {
        (true, true) => (Sub::New, base),
        (true, false) => (Sub::New, format!("{base}:2,{letters}")),
        (false, _) => (Sub::Cur, format!("{base}:2,{letters}")),
    }
}

/// In ASCII order, as the format asks.
fn letters(flags: &Flags) -> String {
    let known = [
        (flags.seen, 'S'),
        (flags.answered, 'R'),
        (flags.flagged, 'F'),
        (flags.deleted, 'T'),
        (flags.draft, 'D'),
    ];
    let keyword = |word: &String| word.strip_prefix(KEYWORD).and_then(|letter| letter.parse::<char>().ok());
    let keywords = flags.keywords.iter().filter_map(keyword).filter(char::is_ascii_alphabetic);
    let mut letters: Vec<char> =
        known.into_iter().filter_map(|(set, letter)| set.then_some(letter)).chain(keywords).collect();
    letters.sort_unstable();
    letters.dedup();
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::mail_system::FolderName;
    use proptest::prelude::*;
    use rstest::rstest;

    fn spot(sub: Sub, file: &str) -> Spot {
        Spot { folder: ".Sent".into(), sub, file: file.into() }
    }

    #[test]
    fn letters_become_flags() {
        let flags = spot(Sub::Cur, "1.M2P3.host,S=4:2,DFPRSTab").flags();
        assert!(
            flags.seen && flags.answered && flags.flagged && flags.deleted && flags.draft && !flags.recent
        );
        assert_eq!(flags.keywords, ["maildir:P", "maildir:a", "maildir:b"]);
        assert_eq!(spot(Sub::New, "1.x").flags(), Flags { recent: true, ..Flags::default() });
        assert_eq!(
            spot(Sub::Cur, "1.x:1,S").flags(),
            Flags::default(),
            "another notation says nothing we know"
        );
        assert!(spot(Sub::Cur, "1.x:2,,S").flags().keywords.is_empty());
        assert!(!spot(Sub::Cur, "1.x:2,,S").flags().seen, "an extension of another program");
    }

    #[rstest]
    #[case("new/x")]
    #[case("../cur/x")]
    #[case("./../cur/x")]
    #[case(".Sent/tmp/x")]
    #[case(".Sent/cur/..")]
    #[case(".Sent/cur/")]
    #[case("/etc/passwd")]
    #[case("")]
    fn a_handle_never_leads_elsewhere(#[case] handle: &str) {
        assert!(Spot::parse(&CopyHandle(handle.into())).is_err());
    }

    #[test]
    fn a_key_is_found_whole_or_not_at_all() {
        let file = "1700000000.R7-a.recant,S=12:2,S";
        assert!(has_key(file, "7-a"));
        assert!(!has_key(file, "7") && !has_key(file, "7-a.recant") && !has_key("1.M1P7-a.host", "7-a"));
    }

    proptest! {
        #[test]
        fn every_combination_of_flags_comes_back(bits in any::<[bool; 6]>(), words in proptest::collection::btree_set("maildir:[a-zP]", 0..5)) {
            let [seen, answered, flagged, deleted, draft, recent] = bits;
            let flags = Flags { seen, answered, flagged, deleted, draft, recent, keywords: words.into_iter().collect(), opened_at: None };
            let folder = FolderName::inbox();
            let copy = NewCopy { key: "k", bytes: b"", folder: &folder, flags: &flags, received_at: Timestamp(5) };
            let (sub, file) = for_new(&copy);
            let spot = spot(sub, &file);
            prop_assert_eq!(spot.flags(), flags);
            prop_assert_eq!(Spot::parse(&spot.handle()).unwrap(), spot);
        }
    }
}
