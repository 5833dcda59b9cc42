//! The replacement in the place of the original, and how taking copies ends.

use super::{Answer, Worker};
use crate::{
    setting::Broken,
    world::{Sight, Spot, Step},
};
use domain::{
    case::{
        Detail, effects,
        outcome::{self, Facts},
        state::settled,
    },
    shared::{CorrectionState, TargetState, Task},
};

impl Worker<'_> {
    pub(super) fn mark_replacement(&mut self, sight: Sight) {
        if let Err(halt) = self.permit(Task::Execute) {
            return self.end(Task::Execute, effects::after_halt(Task::Execute, halt));
        }
        let target = self.target();
        let tried_before = target.in_place;
        target.in_place = true;
        target.sending.0 = true;
        self.go(Step::Replace(sight, tried_before));
    }

    pub(super) fn replace(&mut self, sight: Sight, tried_before: bool, answer: Answer) {
        if matches!(answer, Answer::Fine | Answer::Lost { done: true })
            && self.target().mailbox.replacements == 0
        {
            self.watch(Task::Execute);
            if !self.target().in_place {
                self.world.wrong(4);
            }
            self.target().mailbox.replacements = 1;
        }
        match answer {
            Answer::Fine => self.go(Step::ReplaceNote(sight)),
            Answer::Lost { .. } => self.end(Task::Execute, effects::after_giving_up(Task::Execute)),
            Answer::Refused | Answer::Later => {
                if self.is_fenced_out() {
                    return;
                }
                let believed = self.setting.is(Broken::RefusalBelieved);
                let target = self.target();
                target.correction = Some(effects::after_refusal(tried_before && !believed));
                target.in_place = target.correction == Some(CorrectionState::Unconfirmed);
                self.end_execution(sight, false);
            }
        }
    }

    pub(super) fn note_replacement(&mut self, sight: Sight) {
        if self.is_fenced_out() {
            return;
        }
        let target = self.target();
        target.correction = Some(CorrectionState::Sent);
        target.sending.1 = true;
        self.end_execution(sight, true);
    }

    pub(super) fn end_execution(&mut self, sight: Sight, replaced: bool) {
        let target = self.target();
        let read =
            |wanted: bool| u32::try_from(target.held().filter(|(_, copy)| copy.read == wanted).count());
        let facts = Facts {
            taken_unread: read(false).unwrap(),
            taken_read: read(true).unwrap(),
            left_read: u32::from(sight.original != Spot::Absent),
            replaced,
            skipped: false,
        };
        let strangers = u32::from(sight.stranger);
        let mut detail = Detail { seen_there: target.seen_there, strangers, ..Detail::default() };
        let outcome = outcome::of(&facts, &mut detail);
        let nothing = target.held().next().is_none();
        let reached = if nothing && target.seen_there { TargetState::Located } else { target.state };
        self.go(Step::Settle(Task::Execute, settled(outcome, reached), Some(outcome)));
    }
}
