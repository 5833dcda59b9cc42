//! `/admin/doctor`: does everything the portal leans on work? Looks only; changes nothing.

use crate::{
    i18n::{Text, fl},
    kit::{LinkButton, Notice, Tone},
    layout::Section,
    page::{Page, PageError, Visit, page},
    show,
};
use domain::doctor::{Area, Finding, examine};
use leptos::prelude::*;

#[component]
pub fn DoctorPage() -> impl IntoView {
    page("/admin/doctor", build)
}

async fn build(visit: Visit) -> Result<Page, PageError> {
    let text = visit.text;
    let findings = examine(visit.portal()).await;
    let wrong = findings.iter().filter(|finding| finding.result.is_err()).count();
    let (tone, summary) = match wrong {
        0 => (Tone::Good, fl!(text, "doctor-well")),
        wrong => (Tone::Bad, fl!(text, "doctor-wrong", count = wrong)),
    };
    let at = show::full(text, visit.now(), visit.portal().settings.time_zone);
    let list = findings.into_iter().map(|finding| view! { <Found text finding/> }).collect_view();
    let body = view! {
        <div class="page-head">
            <h1>{fl!(text, "doctor-title")}</h1>
            <LinkButton label=fl!(text, "doctor-again") href="/admin/doctor"/>
        </div>
        <p class="hint">{fl!(text, "doctor-hint", at = at)}</p>
        <div class="stack">
            <Notice tone title=summary/>
            {list}
        </div>
    };
    Ok(Page { title: fl!(text, "doctor-title"), section: Section::Doctor, body: body.into_any() })
}

#[component]
fn Found(text: Text, finding: Finding) -> impl IntoView {
    let area = area(text, finding.area);
    let (tone, title, said, advice) = match finding.result {
        Ok(said) => (Tone::Good, fl!(text, "doctor-area-well", area = area), said, None),
        Err(said) => {
            (Tone::Bad, fl!(text, "doctor-area-wrong", area = area), said, Some(advice(text, finding.area)))
        }
    };
    view! {
        <Notice tone title>
            {advice.map(|advice| view! { <p>{advice}</p> })}
            // What the parts say themselves comes in English only.
            <p lang="en" class="hint">{said}</p>
        </Notice>
    }
}

fn area(text: Text, area: Area) -> String {
    match area {
        Area::Database => fl!(text, "doctor-database"),
        Area::Vault => fl!(text, "doctor-vault"),
        Area::MailSystem => fl!(text, "doctor-mail-system"),
        Area::Sending => fl!(text, "doctor-sending"),
        Area::People => fl!(text, "doctor-people"),
        Area::PuttingBack => fl!(text, "doctor-putting-back"),
    }
}

fn advice(text: Text, area: Area) -> String {
    match area {
        Area::Database => fl!(text, "doctor-database-advice"),
        Area::Vault => fl!(text, "doctor-vault-advice"),
        Area::MailSystem => fl!(text, "doctor-mail-system-advice"),
        Area::Sending => fl!(text, "doctor-sending-advice"),
        Area::People => fl!(text, "doctor-people-advice"),
        Area::PuttingBack => fl!(text, "doctor-putting-back-advice"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Language;

    #[test]
    fn what_is_wrong_comes_with_what_to_do() {
        let finding = Finding { area: Area::Database, result: Err("no room <left>".into()) };
        let html =
            Owner::new().with(|| view! { <Found text=Text::of(Language::Chinese) finding/> }.to_html());
        assert!(html.contains("数据库") && html.contains("no room &lt;left&gt;"), "{html}");
    }
}
