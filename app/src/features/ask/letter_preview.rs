//! The correction as its readers will get it, and what is still missing in it.

use super::{correction::AttachedFile, marks};
use crate::{
    i18n::{Text, fl},
    kit::{Card, Facts, Notice, Tone},
};
use domain::{case::ask::Preview, org::Person};
use leptos::prelude::*;

#[component]
pub fn LetterPreview(text: Text, preview: Preview, sender: Person, change: String) -> impl IntoView {
    let form = preview.draft.form;
    let places: Vec<String> =
        marks::left(&form.subject).into_iter().chain(marks::left(&form.text)).map(str::to_owned).collect();
    let missing_file = preview.uploads.is_empty() && marks::announces_files(&form.text);
    let files =
        preview.uploads.into_iter().map(|upload| view! { <li class="file"><AttachedFile upload/></li> });
    let files = files.collect_view();
    let rows = vec![
        (fl!(text, "check-from"), format!("{} <{}>", sender.name, sender.address).into_any()),
        (fl!(text, "check-to"), fl!(text, "check-to-each").into_any()),
        (fl!(text, "ask-subject"), form.subject.into_any()),
    ];
    let (to_text, to_files) = (format!("{change}#text"), format!("{change}#attachments"));
    let open = (!places.is_empty()).then(|| {
        let items = places.into_iter().map(|place| view! { <li><mark>{place}</mark></li> }).collect_view();
        view! {
            <Notice tone=Tone::Warn title=fl!(text, "check-open-places")>
                <ul>{items}</ul>
                <p><a href=to_text>{fl!(text, "check-open-places-link")}</a></p>
            </Notice>
        }
    });
    let missing = missing_file.then(|| {
        view! {
            <Notice tone=Tone::Warn sentence=fl!(text, "check-file-missing")>
                <p><a href=to_files>{fl!(text, "check-file-missing-link")}</a></p>
            </Notice>
        }
    });
    view! {
        <Card title=fl!(text, "check-letter")>
            {open}
            {missing}
            <Facts rows=rows/>
            <div class="plain-text ask-letter">{form.text}</div>
            <ul class="files" aria-label=fl!(text, "ask-files")>{files}</ul>
        </Card>
    }
}
