//! The mails of the portal itself, in the reader's language. Nothing of the mail that a case is about stands in them.

use crate::{
    i18n::{Text, fl},
    labels, show,
};
use domain::{
    mailer::MailContent,
    notify::{Facts, Wording},
    shared::NotificationKind,
};

pub struct Sentences;

impl Wording for Sentences {
    fn write(&self, facts: &Facts<'_>) -> MailContent {
        let text = Text::of(facts.language);
        let mut parts = vec![fl!(text, "notice-greeting", name = facts.to.to_owned())];
        parts.extend(body(text, facts));
        parts.push(format!("{}\n{}", whither(text, facts.kind), facts.link));
        parts.push(fl!(text, "notice-footer"));
        MailContent { subject: subject(text, facts), text: parts.join("\n\n"), attachments: Vec::new() }
    }
}

fn subject(text: Text, facts: &Facts<'_>) -> String {
    let number = facts.number.to_string();
    match facts.kind {
        NotificationKind::ApprovalWanted => fl!(text, "notice-wanted-subject", number = number),
        NotificationKind::Approved => fl!(text, "notice-approved-subject", number = number),
        NotificationKind::Refused => fl!(text, "notice-refused-subject", number = number),
        NotificationKind::Expired => fl!(text, "notice-expired-subject", number = number),
        NotificationKind::Finished => fl!(text, "notice-finished-subject", number = number),
        NotificationKind::RestoreWanted => fl!(text, "notice-restore-wanted-subject", number = number),
        NotificationKind::RestoreRefused => fl!(text, "notice-restore-refused-subject", number = number),
        NotificationKind::RestoreExpired => fl!(text, "notice-restore-expired-subject", number = number),
        NotificationKind::Restored => fl!(text, "notice-restored-subject", number = number),
        NotificationKind::Stuck => fl!(text, "notice-stuck-subject", number = number),
    }
}

fn body(text: Text, facts: &Facts<'_>) -> Vec<String> {
    let number = facts.number.to_string();
    match facts.kind {
        NotificationKind::ApprovalWanted => wanted(text, facts),
        NotificationKind::Approved => vec![fl!(text, "notice-approved", number = number)],
        NotificationKind::Refused if facts.freezes => vec![fl!(text, "notice-refused", number = number)],
        NotificationKind::Refused => vec![fl!(text, "notice-refused-untouched", number = number)],
        NotificationKind::Expired if facts.freezes => vec![fl!(text, "notice-expired", number = number)],
        NotificationKind::Expired => vec![fl!(text, "notice-expired-untouched", number = number)],
        NotificationKind::Finished => finished(text, facts),
        NotificationKind::RestoreWanted => restore_wanted(text, facts),
        NotificationKind::RestoreRefused => vec![fl!(text, "notice-restore-refused", number = number)],
        NotificationKind::RestoreExpired => vec![fl!(text, "notice-restore-expired", number = number)],
        NotificationKind::Restored => vec![fl!(text, "notice-restored", number = number)],
        NotificationKind::Stuck => {
            vec![fl!(text, "notice-stuck", number = number, stuck = facts.counts.stuck)]
        }
    }
}

fn wanted(text: Text, facts: &Facts<'_>) -> Vec<String> {
    let requester = facts.requester.to_owned();
    let what = [
        fl!(text, "notice-intent", intent = labels::intent(text, facts.intent)),
        fl!(text, "notice-reason", reason = labels::reason(text, facts.reason)),
        fl!(text, "notice-recipients", recipients = facts.counts.recipients),
    ];
    let until = show::minute(text, facts.until, facts.zone);
    let otherwise = if facts.freezes {
        fl!(text, "notice-wanted-until", until = until)
    } else {
        fl!(text, "notice-wanted-until-untouched", until = until)
    };
    vec![
        fl!(text, "notice-wanted", requester = requester, number = facts.number.to_string()),
        what.join("\n"),
        otherwise,
    ]
}

fn restore_wanted(text: Text, facts: &Facts<'_>) -> Vec<String> {
    let requester = facts.requester.to_owned();
    vec![
        fl!(text, "notice-restore-wanted", requester = requester, number = facts.number.to_string()),
        fl!(text, "notice-restore-wanted-until", until = show::minute(text, facts.until, facts.zone)),
    ]
}

fn finished(text: Text, facts: &Facts<'_>) -> Vec<String> {
    let counts = facts.counts;
    let came_to = [
        fl!(text, "notice-recipients", recipients = counts.recipients),
        fl!(text, "notice-taken", taken = counts.taken),
        fl!(text, "notice-corrected", corrected = counts.corrected),
    ];
    let mut said = vec![fl!(text, "notice-finished", number = facts.number.to_string()), came_to.join("\n")];
    if counts.troubled > 0 {
        said.push(fl!(text, "notice-troubled", troubled = counts.troubled));
    }
    said
}

fn whither(text: Text, kind: NotificationKind) -> String {
    match kind {
        NotificationKind::ApprovalWanted | NotificationKind::RestoreWanted => {
            fl!(text, "notice-to-decide")
        }
        NotificationKind::Finished => fl!(text, "notice-to-report"),
        NotificationKind::Stuck => fl!(text, "notice-to-doctor"),
        NotificationKind::Approved
        | NotificationKind::Refused
        | NotificationKind::Expired
        | NotificationKind::RestoreRefused
        | NotificationKind::RestoreExpired
        | NotificationKind::Restored => fl!(text, "notice-to-case"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        notify::Counts,
        shared::{CaseNumber, Intent, Language, ReasonKind},
        time::Timestamp,
    };

    fn mail(kind: NotificationKind, language: Language) -> MailContent {
        Sentences.write(&facts(kind, language, true))
    }

    fn facts(kind: NotificationKind, language: Language, freezes: bool) -> Facts<'static> {
        Facts {
            kind,
            language,
            to: "周明",
            number: CaseNumber::new(2026, 42),
            requester: "林青",
            intent: Intent::Recall,
            reason: ReasonKind::WrongAttachment,
            freezes,
            until: Timestamp(1_769_994_000_000),
            zone: chrono_tz::Asia::Shanghai,
            counts: Counts { recipients: 12, taken: 9, corrected: 2, troubled: 1, stuck: 3 },
            link: "https://recant.example/cases/R-2026-000042".into(),
        }
    }

    fn shown(kind: NotificationKind, language: Language) -> String {
        let MailContent { subject, text, .. } = mail(kind, language);
        format!("{subject}\n\n{text}")
    }

    #[test]
    fn an_approver_reads_what_is_asked_and_until_when() {
        insta::assert_snapshot!("wanted_zh", shown(NotificationKind::ApprovalWanted, Language::Chinese));
        insta::assert_snapshot!("wanted_en", shown(NotificationKind::ApprovalWanted, Language::English));
    }

    #[test]
    fn frozen_copies_go_back_only_where_there_are_some() {
        let kinds = [NotificationKind::ApprovalWanted, NotificationKind::Refused, NotificationKind::Expired];
        for (language, frozen) in [(Language::Chinese, "冻结"), (Language::English, "rozen copies")] {
            for kind in kinds {
                let of = |freezes| Sentences.write(&facts(kind, language, freezes)).text;
                assert!(of(true).contains(frozen), "{}", of(true));
                assert!(!of(false).contains(frozen), "{}", of(false));
            }
        }
    }

    #[test]
    fn the_end_comes_with_its_numbers() {
        insta::assert_snapshot!("finished_zh", shown(NotificationKind::Finished, Language::Chinese));
        insta::assert_snapshot!("finished_en", shown(NotificationKind::Finished, Language::English));
    }

    #[test]
    fn every_kind_has_a_subject_of_its_own_and_the_link_on_a_line() {
        for language in Language::ALL {
            let mails = NotificationKind::ALL.iter().map(|kind| mail(*kind, language));
            let (subjects, texts): (std::collections::BTreeSet<_>, Vec<_>) =
                mails.map(|mail| (mail.subject, mail.text)).unzip();
            assert_eq!(subjects.len(), NotificationKind::ALL.len(), "{subjects:?}");
            assert!(subjects.iter().all(|subject| subject.contains("R-2026-000042")), "{subjects:?}");
            for text in texts {
                assert!(
                    text.lines().any(|line| line == "https://recant.example/cases/R-2026-000042"),
                    "{text}"
                );
            }
        }
    }
}
