//! Product name, where one can go, language, account, signing out.

use crate::{
    features::{account::api::ChooseLanguage, sign_in::api::SignOut},
    i18n::{Text, fl},
    kit::{Hidden, Icon, Shape},
    viewer::Viewer,
};
use domain::shared::{Language, Role};
use leptos::{prelude::*, server_fn::ServerFn as _};

/// The part of the portal a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Sent,
    Cases,
    Approvals,
    Helpdesk,
    People,
    Doctor,
    Engine,
    Account,
    /// None of them: signing in, errors.
    Nowhere,
}

/// What this person may open, in order.
fn entries(viewer: &Viewer, text: Text) -> Vec<(Section, &'static str, String)> {
    let mut entries = vec![
        (Section::Sent, "/sent", fl!(text, "frame-nav-sent")),
        (Section::Cases, "/cases", fl!(text, "frame-nav-cases")),
    ];
    if viewer.decides {
        entries.push((Section::Approvals, "/approvals", fl!(text, "frame-nav-approvals")));
    }
    if viewer.person.has(Role::Helpdesk) {
        entries.push((Section::Helpdesk, "/helpdesk", fl!(text, "frame-nav-helpdesk")));
    }
    if viewer.person.has(Role::Administrator) {
        entries.push((Section::People, "/admin/people", fl!(text, "frame-nav-people")));
        entries.push((Section::Doctor, "/admin/doctor", fl!(text, "frame-nav-doctor")));
        entries.push((Section::Engine, "/admin/engine", fl!(text, "frame-nav-engine")));
    }
    entries
}

#[component]
pub fn Header(viewer: Option<Viewer>, text: Text, section: Section, target: String) -> impl IntoView {
    let navigation = viewer.as_ref().map(|viewer| {
        let links = entries(viewer, text).into_iter().map(|(of, href, label)| {
            view! { <li><a href=href aria-current=(of == section).then_some("page")>{label}</a></li> }
        });
        view! { <nav class="nav" aria-label=fl!(text, "frame-nav")><ul>{links.collect_view()}</ul></nav> }
    });
    view! {
        <header class="header">
            <a class="brand" href="/sent">
                <Icon shape=Shape::Recall/>
                <span>{fl!(text, "frame-product")}</span>
            </a>
            {navigation}
            <div class="header-end">
                <LanguageSwitch text target/>
                {viewer.map(|viewer| view! { <Account viewer text section/> })}
            </div>
        </header>
    }
}

/// Offers the other language, named in itself.
#[component]
fn LanguageSwitch(text: Text, target: String) -> impl IntoView {
    let (other, label) = match text.language {
        Language::Chinese => (Language::English, "English"),
        Language::English => (Language::Chinese, "中文"),
    };
    view! {
        <form method="post" action=ChooseLanguage::PATH>
            <Hidden name="language" value=other.tag()/>
            <Hidden name="next" value=target/>
            <button type="submit" class="button button-quiet" lang=other.tag()>{label}</button>
        </form>
    }
}

#[component]
fn Account(viewer: Viewer, text: Text, section: Section) -> impl IntoView {
    let current = (section == Section::Account).then_some("page");
    let name = viewer.person.name;
    let title = fl!(text, "frame-signed-in-as", name = name.clone());
    view! {
        <a class="account" href="/account" aria-current=current title=title>
            {name}
        </a>
        <form method="post" action=SignOut::PATH>
            <button type="submit" class="button button-quiet">{fl!(text, "frame-sign-out")}</button>
        </form>
    }
}
