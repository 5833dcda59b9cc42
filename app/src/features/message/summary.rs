//! The forecast in words: what a recall would meet, counted.

use crate::{
    i18n::{Text, fl},
    kit::Tone,
    labels,
};
use domain::{forecast::Finding, mail_system::FolderName, shared::Language};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub unread: usize,
    pub read: usize,
    pub not_found: usize,
    pub outside: usize,
    pub hold: usize,
    pub trouble: usize,
    pub not_looked: usize,
}

impl Counts {
    pub fn of<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Self {
        let mut counts = Self::default();
        for finding in findings {
            *match finding {
                Finding::Unread { .. } => &mut counts.unread,
                Finding::Read { .. } => &mut counts.read,
                Finding::NotFound { .. } => &mut counts.not_found,
                Finding::Outside => &mut counts.outside,
                Finding::OnLegalHold => &mut counts.hold,
                Finding::Trouble(_) => &mut counts.trouble,
                Finding::NotLooked => &mut counts.not_looked,
            } += 1;
        }
        counts
    }

    /// One sentence; kinds that don't occur aren't mentioned.
    pub fn sentence(self, text: Text) -> String {
        let parts = [
            (self.unread, fl!(text, "forecast-sum-unread", count = self.unread)),
            (self.read, fl!(text, "forecast-sum-read", count = self.read)),
            (self.not_found, fl!(text, "forecast-sum-not-found", count = self.not_found)),
            (self.outside, fl!(text, "forecast-sum-outside", count = self.outside)),
            (self.hold, fl!(text, "forecast-sum-hold", count = self.hold)),
            (self.trouble, fl!(text, "forecast-sum-trouble", count = self.trouble)),
            (self.not_looked, fl!(text, "forecast-sum-not-looked", count = self.not_looked)),
        ];
        let said: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, part)| part).collect();
        let (between, end) = match text.language {
            Language::Chinese => ("；", "。"),
            Language::English => ("; ", "."),
        };
        if said.is_empty() { String::new() } else { format!("{}{end}", said.join(between)) }
    }
}

/// Badge, its colour, and what it means here.
pub fn finding(text: Text, finding: &Finding) -> (Tone, String, String) {
    let place =
        |name: &FolderName| if name.is_inbox() { fl!(text, "forecast-inbox") } else { name.to_string() };
    match finding {
        Finding::Unread { folder } => (
            Tone::Good,
            fl!(text, "forecast-unread"),
            fl!(text, "forecast-unread-in", folder = place(folder)),
        ),
        Finding::Read { folder, unread, logged } => {
            let means = match (logged, unread) {
                (true, _) => fl!(text, "forecast-opened-in", folder = place(folder)),
                (false, false) => fl!(text, "forecast-read-in", folder = place(folder)),
                (false, true) => fl!(text, "forecast-read-and-unread-in", folder = place(folder)),
            };
            (Tone::Warn, fl!(text, "forecast-read"), means)
        }
        Finding::NotFound { searched } => {
            let searched = *searched;
            (
                Tone::Plain,
                fl!(text, "forecast-not-found"),
                fl!(text, "forecast-not-found-in", searched = searched),
            )
        }
        Finding::Outside => (Tone::Plain, fl!(text, "forecast-outside"), fl!(text, "forecast-outside-means")),
        Finding::OnLegalHold => (Tone::Warn, fl!(text, "forecast-hold"), fl!(text, "forecast-hold-means")),
        Finding::NotLooked => {
            (Tone::Plain, fl!(text, "forecast-not-looked"), fl!(text, "forecast-not-looked-means"))
        }
        Finding::Trouble(trouble) => {
            (Tone::Bad, labels::trouble(text, *trouble), labels::trouble_advice(text, *trouble))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Trouble;

    fn unread() -> Finding {
        Finding::Unread { folder: FolderName::inbox() }
    }

    #[test]
    fn only_what_occurs_is_said() {
        let findings = [unread(), unread(), Finding::Outside];
        let counts = Counts::of(&findings);
        assert_eq!(
            counts.sentence(Text::of(Language::Chinese)),
            "2 份未读，可立即收回；1 个外部收件人，收不回来，只能发更正。"
        );
        assert_eq!(
            counts.sentence(Text::of(Language::English)),
            "2 unread, can be taken back at once; 1 outside, can only be corrected."
        );
        assert_eq!(Counts::default().sentence(Text::of(Language::English)), "");
    }

    #[test]
    fn only_unread_is_good_news() {
        let text = Text::of(Language::English);
        let others = [
            Finding::Read { folder: FolderName::inbox(), unread: true, logged: false },
            Finding::Read { folder: FolderName::inbox(), unread: false, logged: true },
            Finding::NotFound { searched: 4 },
            Finding::Outside,
            Finding::OnLegalHold,
            Finding::Trouble(Trouble::MailboxMissing),
            Finding::NotLooked,
        ];
        assert_eq!(finding(text, &unread()).0, Tone::Good);
        for other in others {
            assert_ne!(finding(text, &other).0, Tone::Good, "{other:?}");
        }
    }
}
