//! Corrections as ordinary mail: intent, mail, note.

use crate::{
    setting::Broken,
    worker::{Answer, Worker},
    world::{Job, Lease, Step, World},
};
use domain::{case::effects, shared::CorrectionState};

impl Worker<'_> {
    pub fn send(&mut self, answer: Answer) -> Option<()> {
        match self.job.step {
            Step::Resume => self.resume(),
            Step::SendMark => self.mark_sending(),
            Step::Send => self.hand_over(answer),
            Step::SendNote(state) => self.note_sending(state),
            _ => return None,
        }
        Some(())
    }

    fn resume(&mut self) {
        let can_look = self.setting.targets[usize::from(self.job.target)].can_look;
        let arrived = self.target().mailbox.mails > 0;
        match effects::after_breaking_off(can_look.then_some(arrived)) {
            Some(state) if !self.setting.is(Broken::SendAgain) => self.go(Step::SendNote(state)),
            _ => self.go(Step::SendMark),
        }
    }

    fn mark_sending(&mut self) {
        let stopped = self.world.stopped && !self.setting.is(Broken::SwitchUnseen);
        if !self.has_sending_lease() || stopped {
            return self.stop_sending();
        }
        let marks = !self.setting.is(Broken::SendWithoutIntent);
        let target = self.target();
        if marks {
            target.correction = Some(CorrectionState::Sending);
        }
        target.sending.0 = true;
        target.sender.iter_mut().for_each(|lease| lease.expired = false);
        self.go(Step::Send);
    }

    fn hand_over(&mut self, answer: Answer) {
        if matches!(answer, Answer::Fine | Answer::Lost { done: true }) {
            if self.world.stopped && !self.job.in_flight {
                self.world.wrong(5);
            }
            let target = self.target();
            let marked =
                !matches!(target.correction, Some(CorrectionState::Planned | CorrectionState::Queued));
            let recorded = target.sending.0;
            target.mailbox.mails = (target.mailbox.mails + 1).min(2);
            if !marked {
                self.world.wrong(4);
            }
            if !recorded {
                self.world.wrong(9);
            }
        }
        self.go(Step::SendNote(match answer {
            Answer::Fine => CorrectionState::Sent,
            Answer::Refused => CorrectionState::Failed,
            Answer::Later => CorrectionState::Queued,
            Answer::Lost { .. } => CorrectionState::Unconfirmed,
        }));
    }

    fn note_sending(&mut self, state: CorrectionState) {
        if self.has_sending_lease() {
            let target = self.target();
            target.correction = Some(state);
            target.sending.1 |= state == CorrectionState::Sent;
        }
        self.stop_sending();
    }

    fn has_sending_lease(&mut self) -> bool {
        let number = self.number;
        self.target().sender.is_some_and(|lease| lease.holder == number)
    }

    fn stop_sending(&mut self) {
        if self.has_sending_lease() {
            self.target().sender = None;
        }
        self.leave();
    }
}

pub fn claim(world: &mut World, number: u8, target: usize) -> Option<()> {
    let row = &mut world.targets[target];
    let step = match row.correction? {
        CorrectionState::Queued => Step::SendMark,
        CorrectionState::Sending => Step::Resume,
        _ => return None,
    };
    if world.stopped || row.sender.is_some_and(|lease| !lease.expired) {
        return None;
    }
    row.sender = Some(Lease { holder: number, expired: false });
    let job = Job { target: u8::try_from(target).ok()?, step, in_flight: false };
    world.workers[usize::from(number)] = Some(job);
    Some(())
}
