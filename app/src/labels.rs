//! The closed lists of design.md in words: labels, colour families, advice. Exhaustive: a new code doesn't
//! compile without its sentence.

use crate::{
    i18n::{Text, fl},
    kit::Tone,
};
use domain::shared::{
    ApprovalReason, CaseState, CorrectionState, Intent, Language, Outcome, ReasonKind, Role, TargetState,
    Trouble, Verdict,
};

pub fn intent(text: Text, intent: Intent) -> String {
    match intent {
        Intent::Recall => fl!(text, "intent-recall"),
        Intent::RecallAndReplace => fl!(text, "intent-replace"),
        Intent::CorrectOnly => fl!(text, "intent-correct"),
    }
}

/// What the intent does, in one sentence.
pub fn intent_hint(text: Text, intent: Intent) -> String {
    match intent {
        Intent::Recall => fl!(text, "intent-recall-hint"),
        Intent::RecallAndReplace => fl!(text, "intent-replace-hint"),
        Intent::CorrectOnly => fl!(text, "intent-correct-hint"),
    }
}

pub fn reason(text: Text, reason: ReasonKind) -> String {
    match reason {
        ReasonKind::WrongAttachment => fl!(text, "reason-wrong-attachment"),
        ReasonKind::WrongVersion => fl!(text, "reason-wrong-version"),
        ReasonKind::WrongRecipients => fl!(text, "reason-wrong-recipients"),
        ReasonKind::SensitiveContent => fl!(text, "reason-sensitive-content"),
        ReasonKind::Wording => fl!(text, "reason-wording"),
        ReasonKind::Other => fl!(text, "reason-other"),
    }
}

pub fn case_state(text: Text, state: CaseState) -> String {
    match state {
        CaseState::Requested => fl!(text, "case-requested"),
        CaseState::Holding => fl!(text, "case-holding"),
        CaseState::AwaitingApproval => fl!(text, "case-awaiting-approval"),
        CaseState::Approved => fl!(text, "case-approved"),
        CaseState::Executing => fl!(text, "case-executing"),
        CaseState::Finished => fl!(text, "case-finished"),
        CaseState::Refused => fl!(text, "case-refused"),
        CaseState::Expired => fl!(text, "case-expired"),
        CaseState::Withdrawn => fl!(text, "case-withdrawn"),
        CaseState::Releasing => fl!(text, "case-releasing"),
        CaseState::Closed => fl!(text, "case-closed"),
        CaseState::RestoreRequested => fl!(text, "case-restore-requested"),
        CaseState::Restoring => fl!(text, "case-restoring"),
        CaseState::Restored => fl!(text, "case-restored"),
    }
}

pub fn case_tone(state: CaseState) -> Tone {
    match state {
        CaseState::Finished => Tone::Good,
        CaseState::AwaitingApproval | CaseState::RestoreRequested => Tone::Warn,
        CaseState::Refused | CaseState::Expired => Tone::Bad,
        CaseState::Withdrawn | CaseState::Closed | CaseState::Restored => Tone::Plain,
        CaseState::Requested
        | CaseState::Holding
        | CaseState::Approved
        | CaseState::Executing
        | CaseState::Releasing
        | CaseState::Restoring => Tone::Busy,
    }
}

/// Of a case whose results aren't at hand: that it is over is no success yet.
pub fn bare_case_tone(state: CaseState) -> Tone {
    if state.is_final() { Tone::Plain } else { case_tone(state) }
}

pub fn target_state(text: Text, state: TargetState) -> String {
    match state {
        TargetState::Waiting => fl!(text, "target-waiting"),
        TargetState::Located => fl!(text, "target-located"),
        TargetState::Held => fl!(text, "target-held"),
        TargetState::Removed => fl!(text, "target-removed"),
        TargetState::Replaced => fl!(text, "target-replaced"),
        TargetState::Released => fl!(text, "target-released"),
    }
}

pub fn outcome(text: Text, outcome: Outcome) -> String {
    match outcome {
        Outcome::RemovedUnread => fl!(text, "outcome-removed-unread"),
        Outcome::RemovedRead => fl!(text, "outcome-removed-read"),
        Outcome::ReplacedUnread => fl!(text, "outcome-replaced-unread"),
        Outcome::ReplacedRead => fl!(text, "outcome-replaced-read"),
        Outcome::LeftRead => fl!(text, "outcome-left-read"),
        Outcome::AlreadyGone => fl!(text, "outcome-already-gone"),
        Outcome::NotFound => fl!(text, "outcome-not-found"),
        Outcome::Outside => fl!(text, "outcome-outside"),
        Outcome::OnLegalHold => fl!(text, "outcome-on-legal-hold"),
        Outcome::Restored => fl!(text, "outcome-restored"),
        Outcome::Untouched => fl!(text, "outcome-untouched"),
        Outcome::Corrected => fl!(text, "outcome-corrected"),
        Outcome::Failed => fl!(text, "outcome-failed"),
    }
}

/// What it means and what can be done, in one or two short sentences.
pub fn outcome_advice(text: Text, outcome: Outcome) -> String {
    match outcome {
        Outcome::RemovedUnread => fl!(text, "outcome-removed-unread-advice"),
        Outcome::RemovedRead => fl!(text, "outcome-removed-read-advice"),
        Outcome::ReplacedUnread => fl!(text, "outcome-replaced-unread-advice"),
        Outcome::ReplacedRead => fl!(text, "outcome-replaced-read-advice"),
        Outcome::LeftRead => fl!(text, "outcome-left-read-advice"),
        Outcome::AlreadyGone => fl!(text, "outcome-already-gone-advice"),
        Outcome::NotFound => fl!(text, "outcome-not-found-advice"),
        Outcome::Outside => fl!(text, "outcome-outside-advice"),
        Outcome::OnLegalHold => fl!(text, "outcome-on-legal-hold-advice"),
        Outcome::Restored => fl!(text, "outcome-restored-advice"),
        Outcome::Untouched => fl!(text, "outcome-untouched-advice"),
        Outcome::Corrected => fl!(text, "outcome-corrected-advice"),
        Outcome::Failed => fl!(text, "outcome-failed-advice"),
    }
}

/// "Not found" is never a success.
pub fn outcome_tone(outcome: Outcome) -> Tone {
    match outcome {
        Outcome::RemovedUnread | Outcome::ReplacedUnread | Outcome::Corrected => Tone::Good,
        Outcome::RemovedRead
        | Outcome::ReplacedRead
        | Outcome::LeftRead
        | Outcome::NotFound
        | Outcome::OnLegalHold => Tone::Warn,
        Outcome::AlreadyGone | Outcome::Outside | Outcome::Restored | Outcome::Untouched => Tone::Plain,
        Outcome::Failed => Tone::Bad,
    }
}

pub fn trouble(text: Text, trouble: Trouble) -> String {
    match trouble {
        Trouble::MailboxMissing => fl!(text, "trouble-mailbox-missing"),
        Trouble::MailboxDenied => fl!(text, "trouble-mailbox-denied"),
        Trouble::MailSystemDown => fl!(text, "trouble-mail-system-down"),
        Trouble::MailboxFull => fl!(text, "trouble-mailbox-full"),
        Trouble::VaultFull => fl!(text, "trouble-vault-full"),
        Trouble::ContentDiffers => fl!(text, "trouble-content-differs"),
        Trouble::UnknownAddress => fl!(text, "trouble-unknown-address"),
        Trouble::NoMessageId => fl!(text, "trouble-no-message-id"),
        Trouble::PartlyUnreadable => fl!(text, "trouble-partly-unreadable"),
        Trouble::KeptChanging => fl!(text, "trouble-kept-changing"),
        Trouble::Internal => fl!(text, "trouble-internal"),
    }
}

/// The next step.
pub fn trouble_advice(text: Text, trouble: Trouble) -> String {
    match trouble {
        Trouble::MailboxMissing => fl!(text, "trouble-mailbox-missing-advice"),
        Trouble::MailboxDenied => fl!(text, "trouble-mailbox-denied-advice"),
        Trouble::MailSystemDown => fl!(text, "trouble-mail-system-down-advice"),
        Trouble::MailboxFull => fl!(text, "trouble-mailbox-full-advice"),
        Trouble::VaultFull => fl!(text, "trouble-vault-full-advice"),
        Trouble::ContentDiffers => fl!(text, "trouble-content-differs-advice"),
        Trouble::UnknownAddress => fl!(text, "trouble-unknown-address-advice"),
        Trouble::NoMessageId => fl!(text, "trouble-no-message-id-advice"),
        Trouble::PartlyUnreadable => fl!(text, "trouble-partly-unreadable-advice"),
        Trouble::KeptChanging => fl!(text, "trouble-kept-changing-advice"),
        Trouble::Internal => fl!(text, "trouble-internal-advice"),
    }
}

pub fn correction(text: Text, state: CorrectionState) -> String {
    match state {
        CorrectionState::Planned => fl!(text, "correction-planned"),
        CorrectionState::Queued => fl!(text, "correction-queued"),
        CorrectionState::Sending => fl!(text, "correction-sending"),
        CorrectionState::Sent => fl!(text, "correction-sent"),
        CorrectionState::Unneeded => fl!(text, "correction-unneeded"),
        CorrectionState::Unconfirmed => fl!(text, "correction-unconfirmed"),
        CorrectionState::Failed => fl!(text, "correction-failed"),
    }
}

pub fn correction_tone(state: CorrectionState) -> Tone {
    match state {
        CorrectionState::Sent => Tone::Good,
        CorrectionState::Planned | CorrectionState::Unneeded => Tone::Plain,
        CorrectionState::Queued | CorrectionState::Sending => Tone::Busy,
        CorrectionState::Unconfirmed => Tone::Warn,
        CorrectionState::Failed => Tone::Bad,
    }
}

pub fn approval_reason(text: Text, reason: ApprovalReason) -> String {
    match reason {
        ApprovalReason::ReadCopies => fl!(text, "approval-read-copies"),
        ApprovalReason::OutsideRecipients => fl!(text, "approval-outside-recipients"),
        ApprovalReason::ManyMailboxes => fl!(text, "approval-many-mailboxes"),
        ApprovalReason::NotRecent => fl!(text, "approval-not-recent"),
    }
}

pub fn verdict(text: Text, verdict: Verdict) -> String {
    match verdict {
        Verdict::Approved => fl!(text, "verdict-approved"),
        Verdict::Refused => fl!(text, "verdict-refused"),
    }
}

pub fn role(text: Text, role: Role) -> String {
    match role {
        Role::Approver => fl!(text, "role-approver"),
        Role::Helpdesk => fl!(text, "role-helpdesk"),
        Role::Administrator => fl!(text, "role-administrator"),
    }
}

/// In itself, whatever the language of the page.
pub fn language(language: Language) -> &'static str {
    match language {
        Language::Chinese => "中文",
        Language::English => "English",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every code has a label of its own in both languages.
    fn distinct<T: Copy>(all: &[T], label: impl Fn(Text, T) -> String) {
        for language in Language::ALL {
            let labels: BTreeSet<String> = all.iter().map(|code| label(Text::of(language), *code)).collect();
            assert_eq!(labels.len(), all.len(), "{labels:?}");
            assert!(labels.iter().all(|label| !label.starts_with("No localization")), "{labels:?}");
        }
    }

    #[test]
    fn every_code_has_its_own_words() {
        distinct(Intent::ALL, intent);
        distinct(Intent::ALL, intent_hint);
        distinct(ReasonKind::ALL, reason);
        distinct(CaseState::ALL, case_state);
        distinct(TargetState::ALL, target_state);
        distinct(Outcome::ALL, outcome);
        distinct(Outcome::ALL, outcome_advice);
        distinct(Trouble::ALL, trouble);
        distinct(Trouble::ALL, trouble_advice);
        distinct(CorrectionState::ALL, correction);
        distinct(ApprovalReason::ALL, approval_reason);
        distinct(Verdict::ALL, verdict);
        distinct(Role::ALL, role);
    }

    #[test]
    fn only_outcomes_without_a_remainder_are_green() {
        let green: Vec<Outcome> =
            Outcome::ALL.iter().copied().filter(|code| outcome_tone(*code) == Tone::Good).collect();
        assert_eq!(green, [Outcome::RemovedUnread, Outcome::ReplacedUnread, Outcome::Corrected]);
    }
}
