//! Is what stands in a folder the message that was put there? Not every server gives back the bytes it was given:
//! gateways add a header, others keep mail in a form of their own and write it anew.

use domain::mail::{Fingerprint, header_values, split_header};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    Same,
    /// It says the same, in other bytes.
    Changed,
    /// It came the same way, and says something else.
    Distorted,
    Another,
}

/// Of two with the same Message-ID. Twins that were delivered say the same and came another way.
pub fn compare(found: &[u8], put: &[u8]) -> Likeness {
    if found == put {
        return Likeness::Same;
    }
    let [theirs, ours] = [found, put].map(|raw| header_values(split_header(raw).0, "received"));
    if !theirs.is_empty() && !ours.iter().all(|way| theirs.contains(way)) {
        return Likeness::Another;
    }
    if Fingerprint::of(found) == Fingerprint::of(put) { Likeness::Changed } else { Likeness::Distorted }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const PUT: &str = "Received: from a\r\n by b\r\nMessage-ID: <m@x>\r\nSubject: x\r\n\r\nHello\r\n";

    #[rstest]
    #[case::bytes(PUT.to_owned(), Likeness::Same)]
    #[case::a_header_more(format!("X-Seen: yes\r\n{PUT}"), Likeness::Changed)]
    #[case::a_way_more(format!("Received: by us\r\n{PUT}"), Likeness::Changed)]
    #[case::written_anew(PUT.replace("from a\r\n by b", "from a by b").replace("\r\n", "\n"), Likeness::Changed)]
    #[case::without_its_way(PUT[PUT.find("Message").unwrap()..].to_owned(), Likeness::Changed)]
    #[case::another_text(PUT.replace("Hello", "Hallo"), Likeness::Distorted)]
    #[case::a_twin(PUT.replace("from a", "from c"), Likeness::Another)]
    fn told_apart(#[case] found: String, #[case] likeness: Likeness) {
        assert_eq!(compare(found.as_bytes(), PUT.as_bytes()), likeness);
    }
}
