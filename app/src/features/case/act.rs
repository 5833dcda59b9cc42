//! What the forms of a case do.

use super::{
    form::{Decided, Typed},
    progress,
};
use crate::{
    i18n::{Text, fl},
    labels,
    post::{Answer, Post},
    show,
};
use domain::{
    case::{
        Case, TargetsDigest,
        decide::{self, DecideError, MAX_COMMENT},
        restore::{self, RestoreError},
        view,
    },
    shared::{Act, CaseNumber, Verdict},
};

pub async fn withdraw(post: Post, number: &str) -> Answer {
    let text = post.text;
    let Ok(number) = number.parse::<CaseNumber>() else {
        return post.refused("/cases", fl!(text, "cases-unknown")).await;
    };
    let back = format!("/cases/{number}");
    match decide::withdraw(post.portal(), &post.viewer.person, number).await {
        Ok(case) => {
            let flying = still_in_flight(&post, number).await;
            let sentence = match flying.as_slice() {
                [] if case.freezes() => fl!(text, "cases-withdrawn"),
                [] => fl!(text, "cases-withdrawn-untouched"),
                names => fl!(text, "cases-withdrawn-in-flight", names = show::first_few(text, names)),
            };
            post.done(&back, sentence).await
        }
        Err(DecideError::NotFound) => post.refused("/cases", fl!(text, "cases-unknown")).await,
        Err(DecideError::MovedOn(state)) => {
            let state = labels::case_state(text, state);
            post.refused(&back, fl!(text, "cases-withdraw-too-late", state = state)).await
        }
        Err(error) => post.failed(&back, &error).await,
    }
}

/// I5: who stops is told what could not be stopped any more. A list that can't be read is left out.
async fn still_in_flight(post: &Post, number: CaseNumber) -> Vec<String> {
    match view::view(post.portal(), &post.viewer.person, number).await {
        Ok(Some(view)) => progress::in_flight(&view.targets, post.asked.now()),
        Ok(None) => Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "what is in flight can't be listed");
            Vec::new()
        }
    }
}

/// `back`: the page of the case.
pub async fn decide(post: Post, back: &str, decided: Option<Decided>) -> Answer {
    let text = post.text;
    let Some(decided) = decided else {
        return post.refused("/approvals", fl!(text, "cases-decide-unreadable")).await;
    };
    let Decided { number, digest, verdict, comment } = decided;
    let Some(seen) = TargetsDigest::from_hex(&digest) else {
        return keep_and_refuse(&post, back, comment, fl!(text, "cases-decide-other-targets")).await;
    };
    let (portal, approver) = (post.portal(), &post.viewer.person);
    let error = match decide::decide(portal, approver, number, verdict, &comment, seen).await {
        Ok(case) => return post.done(back, decided_on(text, &case, verdict)).await,
        Err(error) => error,
    };
    match error {
        DecideError::NotFound => post.refused("/approvals", fl!(text, "cases-unknown")).await,
        DecideError::MovedOn(state) => {
            let state = labels::case_state(text, state);
            post.refused(back, fl!(text, "cases-decide-too-late", state = state)).await
        }
        DecideError::OtherTargets => {
            keep_and_refuse(&post, back, comment, fl!(text, "cases-decide-other-targets")).await
        }
        DecideError::CommentMissing => {
            keep_and_refuse(&post, back, comment, fl!(text, "cases-decide-comment-missing")).await
        }
        DecideError::CommentTooLong => {
            keep_and_refuse(&post, back, comment, fl!(text, "cases-decide-comment-long", most = MAX_COMMENT))
                .await
        }
        DecideError::Store(error) => {
            post.keep(back, &Typed { words: comment }).await;
            post.failed(back, &error).await
        }
    }
}

fn decided_on(text: Text, case: &Case, verdict: Verdict) -> String {
    match (case.act(), verdict) {
        (Act::Recall, Verdict::Approved) => fl!(text, "cases-decided-approved"),
        (Act::Recall, Verdict::Refused) if case.freezes() => fl!(text, "cases-decided-refused"),
        (Act::Recall, Verdict::Refused) => fl!(text, "cases-decided-refused-untouched"),
        (Act::Restore, Verdict::Approved) => fl!(text, "restore-decided-approved"),
        (Act::Restore, Verdict::Refused) => fl!(text, "restore-decided-refused"),
    }
}

pub async fn ask_restore(post: Post, number: &str, note: String) -> Answer {
    let text = post.text;
    let Ok(number) = number.parse::<CaseNumber>() else {
        return post.refused("/cases", fl!(text, "cases-unknown")).await;
    };
    let back = format!("/cases/{number}");
    let Err(error) = restore::ask(post.portal(), &post.viewer.person, number, &note).await else {
        return post.done(&back, fl!(text, "restore-asked")).await;
    };
    match error {
        RestoreError::NoteMissing => {
            keep_and_refuse(&post, &back, note, fl!(text, "restore-note-missing")).await
        }
        RestoreError::NoteTooLong => {
            keep_and_refuse(&post, &back, note, fl!(text, "restore-note-long", most = MAX_COMMENT)).await
        }
        RestoreError::AlreadyOpen(other) => {
            let other = other.to_string();
            keep_and_refuse(&post, &back, note, fl!(text, "restore-open-case", other = other)).await
        }
        RestoreError::NothingKept => post.refused(&back, fl!(text, "restore-nothing-kept")).await,
        RestoreError::Decide(DecideError::NotFound) => {
            post.refused("/cases", fl!(text, "cases-unknown")).await
        }
        RestoreError::Decide(DecideError::MovedOn(state)) => {
            let state = labels::case_state(text, state);
            post.refused(&back, fl!(text, "restore-not-now", state = state)).await
        }
        error @ RestoreError::Decide(_) => {
            post.keep(&back, &Typed { words: note }).await;
            post.failed(&back, &error).await
        }
    }
}

pub async fn drop_restore(post: Post, number: &str) -> Answer {
    let text = post.text;
    let Ok(number) = number.parse::<CaseNumber>() else {
        return post.refused("/cases", fl!(text, "cases-unknown")).await;
    };
    let back = format!("/cases/{number}");
    match restore::drop_request(post.portal(), &post.viewer.person, number).await {
        Ok(()) => post.done(&back, fl!(text, "restore-dropped")).await,
        Err(RestoreError::Decide(DecideError::NotFound)) => {
            post.refused("/cases", fl!(text, "cases-unknown")).await
        }
        Err(RestoreError::Decide(DecideError::MovedOn(state))) => {
            let state = labels::case_state(text, state);
            post.refused(&back, fl!(text, "restore-drop-too-late", state = state)).await
        }
        Err(error) => post.failed(&back, &error).await,
    }
}

async fn keep_and_refuse(post: &Post, back: &str, words: String, sentence: String) -> Answer {
    post.keep(back, &Typed { words }).await;
    post.refused(back, sentence).await
}

#[cfg(test)]
mod tests {
    use super::{super::sample::case, *};
    use domain::shared::{CaseState, Intent, Language};

    #[test]
    fn after_a_refusal_frozen_copies_go_back_only_where_there_are_some() {
        let of = |language, case: &Case| decided_on(Text::of(language), case, Verdict::Refused);
        let mut correction = case();
        correction.request.intent = Intent::CorrectOnly;
        let mut untouched = case();
        untouched.decision.freeze_first = false;
        let restore = Case { state: CaseState::RestoreRequested, ..case() };
        for (language, frozen) in [(Language::Chinese, "冻结"), (Language::English, "Frozen")] {
            assert!(of(language, &case()).contains(frozen));
            for other in [&correction, &untouched, &restore] {
                let said = of(language, other);
                assert!(!said.contains(frozen), "{said}");
            }
        }
    }
}
