//! The folders of a mailbox (LIST, RFC 3501 §7.2.2): which there are, and which are looked at.

use super::{
    answer::{Data, Value},
    command::Command,
    session::Session,
};
use crate::mutf7;
use domain::mail_system::{FolderName, MailError, Skipped};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// As the server writes it.
    pub wire: Vec<u8>,
    pub name: FolderName,
    /// None: this server's folders have no levels.
    pub separator: Option<char>,
    /// In small letters.
    pub attributes: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Folders {
    /// The inbox first.
    pub all: Vec<Folder>,
    /// Names that can't be understood.
    pub garbled: Vec<Skipped>,
}

/// Folders to look at, and those that are left out with the reason: what they show stands elsewhere, or belongs to
/// somebody else.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub looked_at: Vec<Folder>,
    pub left_out: Vec<Skipped>,
}

/// RFC 6154, RFC 8457: views of messages that stand in other folders.
const VIEWS: [&str; 3] = ["\\all", "\\flagged", "\\important"];

impl Folder {
    fn read(data: &Data) -> Option<Self> {
        let [attributes, separator, name, ..] = data.values.as_slice() else { return None };
        let separator = match separator {
            Value::Text(text) => str::from_utf8(text).ok()?.chars().next(),
            _ => None,
        };
        let wire = name.bytes()?.to_vec();
        let attributes = attributes.list()?.iter().filter_map(Value::bytes);
        let attributes = attributes.map(|word| String::from_utf8_lossy(word).to_ascii_lowercase()).collect();
        Some(Self { name: readable(&wire, separator), wire, separator, attributes })
    }

    /// There is nothing in it, and can't be.
    pub fn holds_mail(&self) -> bool {
        !self.is("\\noselect") && !self.is("\\nonexistent")
    }

    pub fn is(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|known| known == attribute)
    }
}

impl Folders {
    pub fn of(listed: &[&Data]) -> Self {
        let mut folders = Self::default();
        for data in listed {
            match Folder::read(data) {
                // Told twice by some servers, once for each namespace that leads there.
                Some(folder) if folders.all.iter().any(|known| known.wire == folder.wire) => {}
                Some(folder) => folders.all.push(folder),
                None => folders.garbled.push(Skipped {
                    folder: FolderName::inbox(),
                    what: "a folder".into(),
                    reason: "the server's line about it can't be understood".into(),
                }),
            }
        }
        folders.all.sort_by_key(|folder| !folder.name.is_inbox());
        folders
    }

    pub fn find(&self, name: &FolderName) -> Option<&Folder> {
        self.all.iter().find(|folder| folder.name == *name || (folder.name.is_inbox() && name.is_inbox()))
    }

    /// `foreign`: prefixes of other people's and shared folders. `left_out`: names from the configuration.
    pub fn choose(self, foreign: &[Vec<u8>], left_out: &[String]) -> Chosen {
        let mut chosen = Chosen::default();
        for folder in self.all.into_iter().filter(Folder::holds_mail) {
            let reason = if VIEWS.iter().any(|view| folder.is(view)) {
                "a view of messages that stand in other folders"
            } else if foreign.iter().any(|prefix| folder.wire.starts_with(prefix)) {
                "not of this mailbox: shared, or another person's"
            } else if is_named(&folder.name, left_out) {
                "left out by the configuration"
            } else {
                chosen.looked_at.push(folder);
                continue;
            };
            let what = "folder".to_owned();
            chosen.left_out.push(Skipped { folder: folder.name, what, reason: reason.to_owned() });
        }
        chosen
    }

    /// How a new folder is written: levels as this server separates them.
    pub fn encode(&self, name: &FolderName) -> Result<Vec<u8>, MailError> {
        let separator = self.all.iter().find_map(|folder| folder.separator);
        let levels: Vec<String> = name.0.split('/').map(mutf7::encode).collect();
        let bad =
            |level: &String| level.is_empty() || separator.is_some_and(|separator| level.contains(separator));
        if levels.iter().any(bad) || (levels.len() > 1 && separator.is_none()) {
            return Err(MailError::Denied(format!("the server has no way to write a folder {name}")));
        }
        Ok(levels.join(&separator.map_or_else(String::new, String::from)).into_bytes())
    }
}

/// Compared without case, at the top or below the inbox.
pub fn is_named(name: &FolderName, names: &[String]) -> bool {
    let name = name.0.to_lowercase();
    let name = name.strip_prefix("inbox/").unwrap_or(&name);
    names.iter().any(|known| known.to_lowercase() == name)
}

/// Modified UTF-7 where it is that; else UTF-8, which newer servers write.
fn readable(wire: &[u8], separator: Option<char>) -> FolderName {
    let text = String::from_utf8_lossy(wire);
    let text = mutf7::decode(&text).unwrap_or_else(|| text.into_owned());
    let levels = |separator: char| text.split(separator).collect::<Vec<_>>().join("/");
    let name = FolderName(separator.map_or_else(|| text.clone(), levels));
    if name.is_inbox() { FolderName::inbox() } else { name }
}

impl Session {
    pub async fn folders(&mut self) -> Result<Folders, MailError> {
        let mut command = Command::new("LIST").text(b"").text(b"*");
        if self.connection.capable.special_use {
            command = command.word("RETURN (SPECIAL-USE)");
        }
        let reply = self.connection.run("listing the folders", command).await?;
        Ok(Folders::of(&reply.all("LIST")?))
    }
}

/// RFC 2342: personal, other users', shared. An empty prefix would be everything.
pub fn prefixes(data: &Data) -> Vec<Vec<u8>> {
    let foreign = data.values.iter().skip(1).filter_map(Value::list).flatten();
    let prefix = |namespace: &Value| namespace.list()?.first()?.bytes().map(<[u8]>::to_vec);
    foreign.filter_map(prefix).filter(|prefix| !prefix.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::{
        answer::{Answer, Untagged},
        wire::Message,
    };

    fn data(line: &str) -> Data {
        match Answer::read(&Message { bytes: line.into(), literals: vec![] }) {
            Answer::Untagged(Untagged::Data(data)) => data,
            other => panic!("{other:?}"),
        }
    }

    fn folders(lines: &[&str]) -> Folders {
        let listed: Vec<Data> = lines.iter().map(|line| data(line)).collect();
        Folders::of(&listed.iter().collect::<Vec<_>>())
    }

    fn names(folders: &[Folder]) -> Vec<&str> {
        folders.iter().map(|folder| folder.name.0.as_str()).collect()
    }

    #[test]
    fn names_are_read_however_a_server_writes_them() {
        let folders = folders(&[
            r#"* LIST () "/" "&mHl27g-/2026 \"q\"""#,
            r#"* LIST () "." INBOX.Sent"#,
            r#"* LIST () "/" "R&D""#,
            r#"* LIST () "/" "已发送""#,
            "* LIST () NIL inbox",
            r#"* LIST () "/" "已发送""#,
        ]);
        assert_eq!(names(&folders.all), ["INBOX", "项目/2026 \"q\"", "INBOX/Sent", "R&D", "已发送"]);
        assert_eq!(folders.find(&FolderName("Inbox".into())).unwrap().wire, b"inbox");
    }

    #[test]
    fn what_is_left_out_is_named() {
        let folders = folders(&[
            r#"* LIST (\Noselect) "/" "Shared""#,
            r#"* LIST (\All) "/" "All Mail""#,
            r#"* LIST () "/" "Shared/Team""#,
            r#"* LIST (\Trash) "/" "Trash""#,
            r#"* LIST () "/" "Journal""#,
            r#"* LIST () "/" INBOX"#,
        ]);
        let chosen = folders.choose(&[b"Shared/".to_vec()], &["journal".into()]);
        assert_eq!(names(&chosen.looked_at), ["INBOX", "Trash"]);
        let left_out: Vec<_> = chosen.left_out.iter().map(|note| note.folder.0.as_str()).collect();
        assert_eq!(left_out, ["All Mail", "Shared/Team", "Journal"]);
    }

    #[test]
    fn a_new_folder_is_written_as_the_server_writes() {
        let dots = folders(&[r#"* LIST () "." INBOX"#]);
        assert_eq!(dots.encode(&FolderName("项目/a".into())).unwrap(), b"&mHl27g-.a");
        for bad in ["v1.2", "a//b", "", "/"] {
            assert!(dots.encode(&FolderName(bad.into())).is_err(), "{bad:?}");
        }
        let flat = folders(&["* LIST () NIL INBOX"]);
        assert!(flat.encode(&FolderName("a/b".into())).is_err());
        assert_eq!(flat.encode(&FolderName("a".into())).unwrap(), b"a");
    }

    #[test]
    fn namespaces_of_others() {
        let found = prefixes(&data(r#"* NAMESPACE (("" "/")) (("user/" "/")) (("" "/")("shared/" "/"))"#));
        assert_eq!(found, [b"user/".to_vec(), b"shared/".to_vec()]);
        assert_eq!(prefixes(&data(r#"* NAMESPACE (("" "/")) NIL NIL"#)), Vec::<Vec<u8>>::new());
    }
}
