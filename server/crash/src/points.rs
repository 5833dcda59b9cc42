//! The fail points: before and after each durable write and each effect. The list is complete by force: a
//! worker that passes a point which isn't here ends with an error.
//!
//! A commit is known by the audit entries it makes durable; one without any by what it writes. A transaction
//! with several kinds of entries passes several points in one instant.

/// On which side of the write or effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

/// What must happen in the office for a point to be passed soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Lure {
    /// Nothing: whatever comes.
    Nothing,
    /// It comes by itself, again and again, where the engine works.
    Any,
    /// It comes once, when a worker begins.
    Start,
    Approve,
    Refuse,
    Withdraw,
    /// A day passes without a decision.
    Expire,
    Replace,
    Correct,
    /// The mail system says that the copy changed.
    Changed,
    /// The mail system doesn't answer for a while.
    Silent,
    /// The mail system takes almost as long as a lease lasts.
    Slow,
    /// The administrator's switch.
    Switch,
    /// What ended a month ago is erased.
    Erase,
    /// A finished recall is undone.
    Restore,
    DropRestore,
    /// The mailbox takes no replacement.
    Denied,
    /// Sending isn't possible now.
    Later,
    /// Sending won't ever be possible.
    Never,
    /// Sent, but the answer is lost.
    Unknown,
}

pub struct Point {
    /// Without its moment.
    pub name: &'static str,
    pub lure: Lure,
    /// Shares its transaction with others, so that it needs no death of its own.
    pub rides: bool,
}

const fn point(name: &'static str, lure: Lure) -> Point {
    Point { name, lure, rides: false }
}

const fn rides(name: &'static str, lure: Lure) -> Point {
    Point { name, lure, rides: true }
}

/// Rare ones first: what they need takes time to come about.
pub const POINTS: &[Point] = &[
    point("commit case.expired", Lure::Expire),
    point("commit case.restored", Lure::Restore),
    point("commit case.restoring", Lure::Restore),
    point("commit case.restore_dropped", Lure::DropRestore),
    point("commit case.restore_requested", Lure::Restore),
    point("commit vault.erased", Lure::Erase),
    point("commit mail not sent", Lure::Later),
    point("commit copy.not_replaced", Lure::Denied),
    point("commit copy.left", Lure::Changed),
    point("commit postponement", Lure::Silent),
    point("commit renewal", Lure::Slow),
    point("commit engine switch", Lure::Switch),
    point("commit case.withdrawn", Lure::Withdraw),
    point("commit case.refused", Lure::Refuse),
    point("put back", Lure::Refuse),
    point("commit copy.returning", Lure::Refuse),
    point("commit copy.released", Lure::Refuse),
    point("commit case.closed", Lure::Refuse),
    rides("commit case.releasing", Lure::Refuse),
    rides("commit vault.emptied", Lure::Refuse),
    point("commit copy.replacing", Lure::Replace),
    point("stage replacement", Lure::Replace),
    point("put replacement", Lure::Replace),
    point("commit copy.replaced", Lure::Replace),
    point("commit case.approved", Lure::Approve),
    rides("commit approval.given", Lure::Approve),
    rides("commit case.executing", Lure::Approve),
    rides("commit target.settled", Lure::Approve),
    point("commit mail sending", Lure::Correct),
    point("send", Lure::Correct),
    point("deliver", Lure::Correct),
    point("commit mail sent", Lure::Correct),
    point("commit case.finished", Lure::Approve),
    point("freeing of leases", Lure::Start),
    point("commit preparation", Lure::Any),
    point("commit case.holding", Lure::Any),
    rides("commit case.requested", Lure::Any),
    point("commit case.awaiting_approval", Lure::Any),
    point("commit claim", Lure::Any),
    point("commit copy.sealed", Lure::Any),
    point("remove", Lure::Any),
    point("commit copy.held", Lure::Any),
];

/// The point that a commit passes with this audit entry, or with this write where no entry speaks for it.
pub fn of_commit(what: &'static str) -> &'static str {
    match what {
        // Corrections and notifications leave by the same code.
        "correction.sending" | "notification.sending" => "mail sending",
        "correction.sent" | "notification.sent" => "mail sent",
        "correction.failed"
        | "correction.postponed"
        | "correction.unconfirmed"
        | "notification.failed"
        | "notification.postponed"
        | "notification.unconfirmed"
        | "notification.unneeded" => "mail not sent",
        "target.stuck" => "postponement",
        // Deleted by its owner before anybody noted that it stood there: too rare to wait for.
        "copy.replacement_unsure" => "copy.replaced",
        "engine.started" | "engine.stopped" => "engine switch",
        other => other,
    }
}

pub fn full_name(name: &str, moment: Moment) -> String {
    match moment {
        Moment::Before => format!("{name}, before"),
        Moment::After => format!("{name}, after"),
    }
}

/// All of them, as the worker names them.
pub fn all() -> impl Iterator<Item = (String, &'static Point)> {
    POINTS.iter().flat_map(|point| {
        [Moment::Before, Moment::After].map(|moment| (full_name(point.name, moment), point))
    })
}

pub fn find(full_name: &str) -> Option<&'static Point> {
    all().find(|(name, _)| name == full_name).map(|(_, point)| point)
}

/// Kills that reach every point.
pub fn needed() -> usize {
    all().filter(|(_, point)| !point.rides).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_has_one_name_and_ci_can_afford_them() {
        let names: HashSet<String> = all().map(|(name, _)| name).collect();
        assert_eq!(names.len(), POINTS.len() * 2);
        assert!(needed() <= 80, "CI kills 80 times, {} are needed", needed());
    }
}
