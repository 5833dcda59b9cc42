//! While the engine is stopped every page says so: otherwise people would wait for something that can't happen.

use crate::{
    asked::Asked,
    i18n::{Text, fl},
    kit::{LinkButton, Notice, Tone},
    show,
    viewer::Viewer,
};
use domain::{engine_switch::Switch, org::Directory, shared::Role};
use leptos::prelude::*;

/// None: it runs, or nobody is signed in. A database that can't say so has its own page.
pub async fn banner(asked: &Asked, viewer: Option<&Viewer>, text: Text) -> Option<AnyView> {
    let viewer = viewer?;
    let switch = asked.portal.store.read().await.ok()?.engine_switch().await.ok()?;
    if switch.running {
        return None;
    }
    let at = show::near(text, switch.changed_at, asked.now(), asked.portal.settings.time_zone);
    let told = fl!(text, "frame-stopped-since", name = who(text, &switch, &viewer.directory), at = at);
    let why = fl!(text, "frame-stopped-why", reason = switch.reason);
    let here = asked.path() == "/admin/engine";
    let open = (viewer.person.has(Role::Administrator) && !here).then(|| {
        view! { <p><LinkButton label=fl!(text, "frame-stopped-open") href="/admin/engine"/></p> }
    });
    let banner = view! {
        <div class="no-print">
            <Notice tone=Tone::Bad title=fl!(text, "frame-stopped") sentence=fl!(text, "frame-stopped-means")>
                <p>{told} " " {why}</p>
                {open}
            </Notice>
        </div>
    };
    Some(banner.into_any())
}

/// Who turned it last.
pub fn who(text: Text, switch: &Switch, directory: &Directory) -> String {
    match switch.changed_by {
        None => fl!(text, "frame-stopped-command"),
        Some(id) => match directory.person(id) {
            Some(person) => person.name.clone(),
            None => fl!(text, "cases-somebody"),
        },
    }
}
