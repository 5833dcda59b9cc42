//! Whose sent mail is looked at: one's own, or that of a mailbox one acts for.

use super::form::Typed;
use crate::{
    i18n::{Text, fl},
    kit::{Notice, Tone},
    viewer::Viewer,
};
use domain::{ids::PersonId, mail::EmailAddress, org::Person};
use leptos::prelude::*;

/// `of`: an address, or nothing for one's own. None: there is no such mailbox, or it is none of this person's business.
pub fn mailbox(viewer: &Viewer, of: &str) -> Option<Person> {
    if of.is_empty() {
        return Some(viewer.person.clone());
    }
    let address: EmailAddress = of.parse().ok()?;
    let mailbox = viewer.directory.person_by_address(&address)?;
    viewer.directory.acts_for(viewer.id(), mailbox.id).then(|| mailbox.clone())
}

/// The address of the list that a mail of this mailbox stands in.
pub fn list(viewer: &Viewer, mailbox: &Person) -> String {
    let own = mailbox.id == viewer.id();
    let of = if own { String::new() } else { mailbox.address.to_string() };
    Typed { of, page: 1, ..Typed::default() }.link(1)
}

/// Said wherever something is about a mailbox that isn't one's own.
pub fn note(text: Text, viewer: &Viewer, mailbox: &Person) -> Option<AnyView> {
    (mailbox.id != viewer.id()).then(|| {
        let mailbox = format!("{} <{}>", mailbox.name, mailbox.address);
        view! { <Notice tone=Tone::Busy sentence=fl!(text, "sent-acting-for", mailbox = mailbox)/> }
            .into_any()
    })
}

/// The mailboxes there are to choose from; nothing for people who have only their own.
#[component]
pub fn Mailboxes(text: Text, viewer: Viewer, chosen: PersonId) -> impl IntoView {
    let others = viewer.directory.delegated_to(viewer.id());
    if others.is_empty() {
        return None;
    }
    let own = (fl!(text, "sent-own"), &viewer.person);
    let others =
        others.into_iter().map(|mailbox| (format!("{} <{}>", mailbox.name, mailbox.address), mailbox));
    let links = std::iter::once(own).chain(others).map(|(label, mailbox)| {
        let on = mailbox.id == chosen;
        let class = if on { "chip chip-on" } else { "chip" };
        view! { <li><a class=class href=list(&viewer, mailbox) aria-current=on.then_some("page")>{label}</a></li> }
    });
    let links = links.collect_view();
    Some(view! { <nav aria-label=fl!(text, "sent-mailboxes")><ul class="chips">{links}</ul></nav> })
}
