//! Where the mailbox of an address lies below the root, and that it really lies there.

use domain::mail::EmailAddress;
use std::{
    fs, io,
    path::{Component, Path, PathBuf},
};
use thiserror::Error;

/// A path below the root with `{domain}` and `{local}`, such as `{domain}/{local}/Maildir`.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
    parts: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0:?} is no Maildir layout: a relative path with {{local}}, such as {{domain}}/{{local}}/Maildir")]
pub struct LayoutError(pub String);

/// Why there is no way to a mailbox.
#[derive(Debug)]
pub enum Lost {
    /// Everything is missing: not mounted, or a wrong setting. Says nothing about one mailbox.
    Root(io::Error),
    NoSuchMailbox,
    /// A symbolic link leads out of the root.
    Outside,
    Failed(io::Error),
}

impl Layout {
    pub fn new(root: PathBuf, template: &str) -> Result<Self, LayoutError> {
        let bad = || LayoutError(template.to_owned());
        let mut parts = Vec::new();
        for part in Path::new(template).components() {
            match part {
                Component::Normal(part) => parts.push(part.to_str().ok_or_else(bad)?.to_owned()),
                _ => return Err(bad()),
            }
        }
        let left_over =
            |part: &String| part.replace("{domain}", "").replace("{local}", "").contains(['{', '}']);
        if !template.contains("{local}") || parts.iter().any(left_over) {
            return Err(bad());
        }
        Ok(Self { root, parts })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The mailbox's directory without symbolic links, which exists and lies below the root.
    pub fn find(&self, mailbox: &EmailAddress) -> Result<PathBuf, Lost> {
        let root = self.root.canonicalize().map_err(Lost::Root)?;
        let mut path = root.clone();
        for part in &self.parts {
            let part = part.replace("{domain}", mailbox.domain()).replace("{local}", mailbox.local());
            // An address can't hold these; a mailbox outside the root is not worth relying on it.
            if part == ".." || part == "." || part.contains(['/', '\0']) {
                return Err(Lost::Outside);
            }
            path.push(part);
        }
        match path.canonicalize() {
            Ok(found) if found.starts_with(&root) && found != root => Ok(found),
            Ok(_) => Err(Lost::Outside),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Err(Lost::NoSuchMailbox)
            }
            Err(error) => Err(Lost::Failed(error)),
        }
    }

    /// Directories at the places where mailboxes can be.
    pub fn mailboxes(&self) -> io::Result<Vec<PathBuf>> {
        let root = self.root.canonicalize()?;
        let mut found = vec![root.clone()];
        for part in &self.parts {
            let mut deeper = Vec::new();
            for dir in found {
                if part.contains('{') {
                    deeper.extend(matching(&dir, part)?);
                } else {
                    deeper.extend(Some(dir.join(part)).filter(|path| path.is_dir()));
                }
            }
            found = deeper;
        }
        found.retain(|path| path.canonicalize().is_ok_and(|path| path.starts_with(&root)));
        Ok(found)
    }
}

fn matching(dir: &Path, part: &str) -> io::Result<Vec<PathBuf>> {
    let before = part.split('{').next().unwrap_or_default();
    let after = part.rsplit('}').next().unwrap_or_default();
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        let fits = |name: &str| name.starts_with(before) && name.ends_with(after) && name != "lost+found";
        if name.to_str().is_some_and(fits) && entry.path().is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use std::os::unix::fs::symlink;

    #[rstest]
    #[case("")]
    #[case("/var/mail/{local}")]
    #[case("../{local}")]
    #[case("{domain}/Maildir")]
    #[case("{domain}/{user}/{local}")]
    fn a_bad_layout_is_refused_at_once(#[case] template: &str) {
        assert!(Layout::new("/x".into(), template).is_err());
    }

    #[test]
    fn links_may_stay_inside_but_not_lead_out() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::create_dir_all(root.path().join("disk2/mei")).unwrap();
        symlink(root.path().join("disk2/mei"), root.path().join("mei")).unwrap();
        symlink(outside.path(), root.path().join("eve")).unwrap();
        symlink("..", root.path().join("dots")).unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        let layout = Layout::new(root.path().into(), "{local}").unwrap();
        let find = |local: &str| layout.find(&format!("{local}@x.test").parse().unwrap());
        assert!(find("mei").unwrap().ends_with("disk2/mei"));
        assert!(matches!(find("eve"), Err(Lost::Outside)));
        assert!(matches!(find("dots"), Err(Lost::Outside)));
        assert!(matches!(find("nobody"), Err(Lost::NoSuchMailbox)));
        let gone = Layout::new(root.path().join("unmounted"), "{local}").unwrap();
        assert!(matches!(gone.find(&"mei@x.test".parse().unwrap()), Err(Lost::Root(_))));
    }

    #[test]
    fn mailboxes_are_counted_where_the_layout_puts_them() {
        let root = tempfile::tempdir().unwrap();
        for path in
            ["a.test/mei/Maildir", "a.test/lin/Maildir", "b.test/bo/Maildir", "b.test/no-mail", "lost+found"]
        {
            fs::create_dir_all(root.path().join(path)).unwrap();
        }
        let count =
            |template: &str| Layout::new(root.path().into(), template).unwrap().mailboxes().unwrap().len();
        assert_eq!(count("{domain}/{local}/Maildir"), 3);
        assert_eq!(count("{domain}.test/{local}/Maildir"), 3);
        assert_eq!(count("{domain}.example/{local}/Maildir"), 0);
        assert_eq!(count("{domain}/{local}"), 4);
    }
}
