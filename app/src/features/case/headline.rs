//! What a case's state means, in two sentences: what is, and what comes next. Pure.

use super::tally::Tally;
use crate::{
    i18n::{Text, fl},
    kit::Tone,
    labels,
};
use domain::{audit::Entry, shared::CaseState};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    pub title: String,
    pub explanation: String,
    pub tone: Tone,
}

/// Why a case let go of everything it held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Refused,
    Expired,
    Withdrawn,
}

#[derive(Clone, Debug)]
pub struct Situation {
    pub state: CaseState,
    /// Copies are to be taken out of mailboxes, not only corrected.
    pub removes: bool,
    /// Unread copies are held while somebody decides.
    pub freezes: bool,
    pub ending: Option<Ending>,
    /// Who can decide.
    pub approvers: Vec<String>,
    /// The reader is one of them.
    pub mine: bool,
    /// When the time for a decision ends, as shown.
    pub until: String,
    pub tally: Tally,
}

/// From the trail, because the case itself only remembers that it is releasing.
pub fn ending(trail: &[Entry]) -> Option<Ending> {
    trail.iter().rev().find_map(|entry| match entry.action.as_str() {
        "case.refused" => Some(Ending::Refused),
        "case.expired" => Some(Ending::Expired),
        "case.withdrawn" => Some(Ending::Withdrawn),
        _ => None,
    })
}

pub fn of(text: Text, now: &Situation) -> Headline {
    match now.state {
        CaseState::Requested => Headline {
            title: fl!(text, "live-requested"),
            explanation: fl!(text, "live-requested-next"),
            tone: Tone::Busy,
        },
        CaseState::Holding => holding(text, now),
        CaseState::AwaitingApproval => awaiting(text, now),
        CaseState::Approved | CaseState::Executing => executing(text, now),
        CaseState::Finished if now.removes => finished(text, &now.tally),
        CaseState::Finished => corrected(text, &now.tally),
        CaseState::Refused | CaseState::Expired | CaseState::Withdrawn | CaseState::Releasing => {
            releasing(text, now)
        }
        CaseState::Closed => closed(text, now),
        CaseState::RestoreRequested => restore_requested(text, now),
        CaseState::Restoring => Headline {
            title: fl!(text, "restore-restoring"),
            explanation: fl!(text, "restore-restoring-next"),
            tone: Tone::Busy,
        },
        CaseState::Restored => restored(text, &now.tally),
    }
}

fn holding(text: Text, now: &Situation) -> Headline {
    let names = crate::show::first_few(text, &now.approvers);
    let explanation = match now.approvers.as_slice() {
        [] => fl!(text, "live-nobody-decides"),
        _ => fl!(text, "live-holding-next", names = names),
    };
    Headline { title: fl!(text, "live-holding"), explanation, tone: Tone::Busy }
}

fn awaiting(text: Text, now: &Situation) -> Headline {
    let until = now.until.clone();
    let next = match (now.removes, now.freezes, now.tally.held) {
        (false, ..) => fl!(text, "live-awaiting-correction", until = until),
        (true, false, _) => fl!(text, "live-awaiting-later", until = until),
        (true, true, 0) if now.tally.troubled > 0 => fl!(text, "live-awaiting-not-frozen", until = until),
        (true, true, 0) => fl!(text, "live-awaiting-untouched", until = until),
        (true, true, held) => fl!(text, "live-awaiting-frozen", held = held, until = until),
    };
    if now.approvers.is_empty() {
        let explanation = sentences(text, [fl!(text, "live-nobody-decides"), next]);
        return Headline { title: fl!(text, "live-awaiting-nobody"), explanation, tone: Tone::Bad };
    }
    let title = if now.mine {
        fl!(text, "live-awaiting-mine")
    } else {
        fl!(text, "live-awaiting", names = crate::show::first_few(text, &now.approvers))
    };
    Headline { title, explanation: sentences(text, [next, troubled(text, &now.tally)]), tone: Tone::Warn }
}

fn executing(text: Text, now: &Situation) -> Headline {
    let title = if now.removes { fl!(text, "live-executing") } else { fl!(text, "live-correcting") };
    Headline { title, explanation: fl!(text, "live-executing-next"), tone: Tone::Busy }
}

/// Green only when every copy was taken unread and every correction that was due is out (I6).
fn finished(text: Text, tally: &Tally) -> Headline {
    let (title, tone) = match (tally.gone_unread, tally.gone_read, tally.missed()) {
        (0, 0, _) => (fl!(text, "live-finished-none"), Tone::Bad),
        (_, 0, 0) => (fl!(text, "live-finished-all"), Tone::Good),
        (_, read, 0) => (fl!(text, "live-finished-read", read = read), Tone::Warn),
        _ => (fl!(text, "live-finished-part", gone = tally.gone(), total = tally.total), Tone::Warn),
    };
    let missed = match tally.missed() {
        0 if tally.gone_read == 0 && tally.corrections_lost == 0 => fl!(text, "live-finished-enough"),
        0 => String::new(),
        missed => fl!(text, "live-finished-missed", missed = missed),
    };
    let read = match tally.gone_read {
        0 => String::new(),
        read => fl!(text, "live-finished-seen", read = read),
    };
    let tone = if tally.corrections_lost > 0 && tone == Tone::Good { Tone::Warn } else { tone };
    Headline { title, explanation: sentences(text, [read, missed, corrections(text, tally)]), tone }
}

fn corrected(text: Text, tally: &Tally) -> Headline {
    let (title, tone) = match (tally.corrections_sent, tally.corrections_lost) {
        (0, _) => (fl!(text, "live-corrected-none"), Tone::Bad),
        (_, 0) => (fl!(text, "live-corrected-all"), Tone::Good),
        _ => (fl!(text, "live-corrected-part"), Tone::Warn),
    };
    Headline {
        title,
        explanation: sentences(text, [fl!(text, "live-corrected-kept"), corrections(text, tally)]),
        tone,
    }
}

fn corrections(text: Text, tally: &Tally) -> String {
    let sent = match tally.corrections_sent {
        0 => String::new(),
        sent => fl!(text, "live-corrections-sent", sent = sent),
    };
    let lost = match tally.corrections_lost {
        0 => String::new(),
        lost => fl!(text, "live-corrections-lost", lost = lost),
    };
    sentences(text, [sent, lost])
}

fn releasing(text: Text, now: &Situation) -> Headline {
    let explanation =
        if now.freezes { fl!(text, "live-releasing-next") } else { fl!(text, "live-closed-untouched") };
    Headline { title: ended(text, now.ending), explanation, tone: Tone::Busy }
}

fn closed(text: Text, now: &Situation) -> Headline {
    let explanation = match now.tally.put_back {
        0 => fl!(text, "live-closed-untouched"),
        back => fl!(text, "live-closed-back", back = back),
    };
    Headline { title: ended(text, now.ending), explanation, tone: Tone::Plain }
}

/// What the recall did stays true meanwhile, so its counts aren't repeated here.
fn restore_requested(text: Text, now: &Situation) -> Headline {
    let next = fl!(text, "restore-awaiting-next", until = now.until.clone());
    if now.approvers.is_empty() {
        let explanation = sentences(text, [fl!(text, "restore-nobody"), next]);
        return Headline { title: fl!(text, "live-awaiting-nobody"), explanation, tone: Tone::Bad };
    }
    let title = if now.mine {
        fl!(text, "restore-awaiting-mine")
    } else {
        fl!(text, "restore-awaiting", names = crate::show::first_few(text, &now.approvers))
    };
    Headline { title, explanation: next, tone: Tone::Warn }
}

fn restored(text: Text, tally: &Tally) -> Headline {
    let (title, back) = match tally.put_back {
        0 => (fl!(text, "restore-done-none"), String::new()),
        back => (fl!(text, "restore-done"), fl!(text, "restore-done-back", back = back)),
    };
    let both = match tally.replacements {
        0 => String::new(),
        both => fl!(text, "restore-done-both", both = both),
    };
    let sent = match tally.corrections_mailed() {
        0 => String::new(),
        sent => fl!(text, "restore-done-sent", sent = sent),
    };
    let explanation = match sentences(text, [back, both, sent]) {
        nothing if nothing.is_empty() => fl!(text, "live-finished-enough"),
        said => said,
    };
    Headline { title, explanation, tone: Tone::Plain }
}

fn ended(text: Text, ending: Option<Ending>) -> String {
    match ending {
        Some(Ending::Refused) => fl!(text, "live-refused"),
        Some(Ending::Expired) => fl!(text, "live-expired"),
        Some(Ending::Withdrawn) => fl!(text, "live-withdrawn"),
        None => labels::case_state(text, CaseState::Closed),
    }
}

fn troubled(text: Text, tally: &Tally) -> String {
    match tally.troubled {
        0 => String::new(),
        troubled => fl!(text, "live-troubled", troubled = troubled),
    }
}

/// One after another; empty ones are left out. Chinese sentences stand together without a blank.
pub fn sentences<const N: usize>(text: Text, parts: [String; N]) -> String {
    let gap = match text.language {
        domain::shared::Language::Chinese => "",
        domain::shared::Language::English => " ",
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(gap)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Language;

    fn situation(state: CaseState, tally: Tally) -> Situation {
        Situation {
            state,
            removes: true,
            freezes: true,
            ending: None,
            approvers: vec!["王磊".into()],
            mine: false,
            until: "今天 18:00".into(),
            tally,
        }
    }

    fn chinese(now: &Situation) -> Headline {
        of(Text::of(Language::Chinese), now)
    }

    #[test]
    fn waiting_says_who_decides_and_what_happens_otherwise() {
        let frozen =
            chinese(&situation(CaseState::AwaitingApproval, Tally { total: 3, held: 2, ..Tally::default() }));
        assert_eq!(frozen.title, "正在等待 王磊 审批");
        assert_eq!(
            frozen.explanation,
            "2 个邮箱里的未读副本已冻结，收件人看不到。到 今天 18:00 还没有决定，会原样放回。"
        );
        let mine = Situation { mine: true, ..situation(CaseState::AwaitingApproval, Tally::default()) };
        assert_eq!(chinese(&mine).title, "正在等待你审批");
        let nobody = Situation { approvers: vec![], ..mine };
        assert_eq!(chinese(&nobody).tone, Tone::Bad);
    }

    #[test]
    fn a_freeze_that_failed_is_not_called_needless() {
        let tally = Tally { total: 2, troubled: 2, ..Tally::default() };
        let said = chinese(&situation(CaseState::AwaitingApproval, tally)).explanation;
        assert!(said.starts_with("没能冻结任何副本") && said.contains("有 2 个邮箱遇到问题"), "{said}");
    }

    #[test]
    fn nothing_is_said_about_frozen_copies_where_none_is_frozen() {
        let waiting = situation(CaseState::AwaitingApproval, Tally::default());
        let releasing = Situation { state: CaseState::Releasing, ..waiting.clone() };
        let not = [
            Situation { freezes: false, ..waiting.clone() },
            Situation { freezes: false, removes: false, ..waiting.clone() },
            Situation { freezes: false, ..releasing.clone() },
        ];
        for (language, word) in [(Language::Chinese, "冻结的"), (Language::English, "rozen")] {
            let text = Text::of(language);
            for now in &not {
                let said = of(text, now).explanation;
                assert!(!said.contains(word) && !said.contains("可以冻结"), "{said}");
            }
            let said = of(text, &releasing).explanation;
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(
            chinese(&not[0]).explanation,
            "批准之前什么都不动，未读副本还在收件人的邮箱里。到 今天 18:00 还没有决定，撤回单就此结束。"
        );
    }

    #[test]
    fn only_all_unread_and_all_corrections_out_is_green() {
        let all = Tally { total: 2, ended: 2, gone_unread: 2, ..Tally::default() };
        let tone = |tally| chinese(&situation(CaseState::Finished, tally)).tone;
        assert_eq!(tone(all), Tone::Good);
        assert_eq!(tone(Tally { corrections_lost: 1, ..all }), Tone::Warn);
        assert_eq!(tone(Tally { gone_unread: 1, gone_read: 1, ..all }), Tone::Warn);
        assert_eq!(tone(Tally { gone_unread: 1, ..all }), Tone::Warn);
        assert_eq!(tone(Tally { gone_unread: 0, ..all }), Tone::Bad);
    }

    #[test]
    fn not_found_is_counted_as_missed() {
        let tally = Tally { total: 3, ended: 3, gone_unread: 1, gone_read: 1, ..Tally::default() };
        let said = chinese(&situation(CaseState::Finished, tally));
        assert_eq!(said.title, "收回了一部分：3 个收件对象中的 2 个");
        assert_eq!(said.explanation, "其中 1 个可能已经看过内容。有 1 个没有收回，原因和下一步写在下面。");
    }

    #[test]
    fn every_state_has_its_words_in_both_languages() {
        for language in Language::ALL {
            for state in CaseState::ALL {
                let said = of(Text::of(language), &situation(*state, Tally::default()));
                assert!(!said.title.is_empty() && !said.explanation.is_empty(), "{state} in {language:?}");
            }
        }
    }

    #[test]
    fn putting_back_says_who_decides_and_at_the_end_what_people_have() {
        let tally = Tally { total: 3, ended: 3, gone_unread: 2, ..Tally::default() };
        let asked = chinese(&situation(CaseState::RestoreRequested, tally));
        assert_eq!(asked.title, "正在等待 王磊 审批：是否把邮件放回去");
        assert!(
            asked.explanation.contains("到 今天 18:00 还没有决定，就维持撤回的结果"),
            "{}",
            asked.explanation
        );
        let mine = Situation { mine: true, ..situation(CaseState::RestoreRequested, tally) };
        assert_eq!(chinese(&mine).title, "正在等待你审批：是否把邮件放回去");
        let nobody = Situation { approvers: vec![], ..mine };
        assert_eq!(chinese(&nobody).tone, Tone::Bad);
        let back = Tally { put_back: 2, corrections_sent: 3, replacements: 2, ..Tally::default() };
        assert_eq!(
            chinese(&situation(CaseState::Restored, back)).explanation,
            "在 2 个邮箱里，邮件已回到撤回之前的位置。其中 2 个收件对象同时还有更换后的邮件。之前已发出 1 封更正邮件。"
        );
    }

    #[test]
    fn the_trail_tells_why_it_ended() {
        use super::super::sample::entry;
        let trail = [entry(1, "case.requested"), entry(2, "case.withdrawn"), entry(3, "case.releasing")];
        assert_eq!(ending(&trail), Some(Ending::Withdrawn));
        assert_eq!(ending(&trail[..1]), None);
    }
}
