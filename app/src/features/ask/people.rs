//! Whom the request is about: everyone behind the mail's addresses, grouped by what was found at them.

use super::{
    form::{Act, name},
    islands::{ChosenCount, HERE},
};
use crate::{
    features::message::summary::finding,
    i18n::{Text, fl},
    kit::{Badge, Button, ButtonKind, Checkbox, Tone},
};
use domain::{
    forecast::{Finding, Prospect},
    mail::EmailAddress,
};
use leptos::prelude::*;
use std::collections::HashSet;

/// More than this scroll in a box of their own.
const MANY: usize = 24;

/// In the order they are shown: what a recall reaches first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Unread,
    Read,
    NotFound,
    Outside,
    Hold,
    Trouble,
    Unknown,
}

impl Group {
    const ALL: [Self; 7] =
        [Self::Unread, Self::Read, Self::NotFound, Self::Outside, Self::Hold, Self::Trouble, Self::Unknown];

    fn of(finding: &Finding) -> Self {
        match finding {
            Finding::Unread { .. } => Self::Unread,
            Finding::Read { .. } => Self::Read,
            Finding::NotFound { .. } => Self::NotFound,
            Finding::Outside => Self::Outside,
            Finding::OnLegalHold => Self::Hold,
            Finding::Trouble(_) => Self::Trouble,
            Finding::NotLooked => Self::Unknown,
        }
    }

    fn title(self, text: Text, count: usize) -> String {
        match self {
            Self::Unread => fl!(text, "ask-group-unread", count = count),
            Self::Read => fl!(text, "ask-group-read", count = count),
            Self::NotFound => fl!(text, "ask-group-not-found", count = count),
            Self::Outside => fl!(text, "ask-group-outside", count = count),
            Self::Hold => fl!(text, "ask-group-hold", count = count),
            Self::Trouble => fl!(text, "ask-group-trouble", count = count),
            Self::Unknown => fl!(text, "ask-group-unknown", count = count),
        }
    }
}

/// Groups that have somebody in them.
pub fn grouped(candidates: Vec<Prospect>) -> Vec<(Group, Vec<Prospect>)> {
    let mut groups: Vec<(Group, Vec<Prospect>)> = Group::ALL.map(|group| (group, Vec::new())).into();
    for candidate in candidates {
        let group = Group::of(&candidate.finding);
        if let Some((_, members)) = groups.iter_mut().find(|(known, _)| *known == group) {
            members.push(candidate);
        }
    }
    groups.retain(|(_, members)| !members.is_empty());
    groups
}

#[component]
pub fn People(
    text: Text,
    candidates: Vec<Prospect>,
    chosen: Vec<EmailAddress>,
    problem: Option<String>,
) -> impl IntoView {
    let chosen: HashSet<EmailAddress> = chosen.into_iter().collect();
    let total = candidates.len();
    let count = candidates.iter().filter(|one| chosen.contains(&one.recipient.address)).count();
    let class = if total > MANY { "ask-people ask-people-many" } else { "ask-people" };
    let groups = grouped(candidates).into_iter().map(|(group, members)| {
        let title = group.title(text, members.len());
        let boxes = members.into_iter().map(|one| {
            let checked = chosen.contains(&one.recipient.address);
            view! { <Person text candidate=one checked/> }
        });
        view! {
            <fieldset class="ask-group">
                <legend>{title}</legend>
                {boxes.collect_view()}
            </fieldset>
        }
    });
    let groups = groups.collect_view();
    view! {
        <ChosenCount sentence=fl!(text, "ask-chosen", count = HERE, total = total) start=count/>
        {problem.map(|problem| view! { <p class="problem">{problem}</p> })}
        <div class="row">
            <Choose act=Act::Everybody label=fl!(text, "ask-choose-everybody")/>
            <Choose act=Act::InsideOnly label=fl!(text, "ask-choose-inside")/>
            <Choose act=Act::Nobody label=fl!(text, "ask-choose-nobody")/>
        </div>
        <div class=class>{groups}</div>
    }
}

#[component]
fn Choose(act: Act, #[prop(into)] label: String) -> impl IntoView {
    view! { <Button kind=ButtonKind::Quiet label name=name::ACT.to_owned() value=act.code()/> }
}

#[component]
fn Person(text: Text, candidate: Prospect, checked: bool) -> impl IntoView {
    let Prospect { recipient, finding: found } = candidate;
    let address = recipient.address.to_string();
    let label = if recipient.name.is_empty() { address.clone() } else { recipient.name };
    let via: Vec<&str> = recipient.via.iter().map(EmailAddress::as_str).collect();
    let mut hint = if label == address { String::new() } else { address.clone() };
    if !via.is_empty() {
        hint = fl!(text, "ask-via", address = address.clone(), groups = via.join(" › "));
    }
    let (tone, label_of_found, _): (Tone, String, String) = finding(text, &found);
    view! {
        <div class="ask-person">
            <Checkbox name=name::RECIPIENT label hint=(!hint.is_empty()).then_some(hint) value=address checked/>
            <Badge tone label=label_of_found/>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        mail_system::FolderName,
        org::{Recipient, RecipientKind},
    };

    fn candidate(address: &str, finding: Finding) -> Prospect {
        let recipient = Recipient {
            kind: RecipientKind::Outside,
            name: String::new(),
            address: address.parse().unwrap(),
            via: vec![],
        };
        Prospect { recipient, finding }
    }

    #[test]
    fn the_boxes_are_plain_form_fields_ticked_for_the_chosen() {
        let all = vec![candidate("a@x.test", Finding::NotLooked), candidate("b@x.test", Finding::Outside)];
        let chosen = vec!["a@x.test".parse().unwrap()];
        let text = Text::of(domain::shared::Language::English);
        let html = Owner::new().with(|| {
            view! { <People text candidates=all chosen problem=Some("<nobody>".to_owned())/> }.to_html()
        });
        assert_eq!(html.matches("name=\"recipient\"").count(), 2, "{html}");
        assert_eq!(html.matches(" checked").count(), 1, "{html}");
        assert!(html.contains("&lt;nobody&gt;") && html.contains("1 of 2 chosen"), "{html}");
    }

    #[test]
    fn what_a_recall_reaches_comes_first_and_nobody_is_left_out() {
        let unread = || Finding::Unread { folder: FolderName::inbox() };
        let groups = grouped(vec![
            candidate("o@x.test", Finding::Outside),
            candidate("a@x.test", unread()),
            candidate("q@x.test", Finding::NotLooked),
            candidate("b@x.test", unread()),
        ]);
        let seen: Vec<(Group, usize)> =
            groups.iter().map(|(group, members)| (*group, members.len())).collect();
        assert_eq!(seen, [(Group::Unread, 2), (Group::Outside, 1), (Group::Unknown, 1)]);
    }
}
