//! The part of the form that writes the correction: language, template, subject, text, files.

use super::{
    form::{Act, Typed, name},
    islands::{ChosenFiles, FileWords, HERE},
    marks, problem,
};
use crate::{
    i18n::{Text, fl},
    kit::{Button, ButtonKind, Field, Icon, Notice, Select, Shape, TextArea, Tone},
    labels, show,
};
use domain::{
    case::{
        ask::{MAX_UPLOADS, Problem},
        draft::Upload,
    },
    shared::{Intent, Language},
};
use leptos::prelude::*;

#[component]
pub fn Letter(text: Text, typed: Typed, problems: Vec<Problem>) -> impl IntoView {
    let open = marks::left(&typed.form.text).len() + marks::left(&typed.form.subject).len();
    let lead = match typed.form.intent {
        Intent::Recall => fl!(text, "ask-letter-recall"),
        Intent::RecallAndReplace => fl!(text, "ask-letter-replace"),
        Intent::CorrectOnly => fl!(text, "ask-letter-correct"),
    };
    let languages = Language::ALL.iter().map(|one| (one.tag().to_owned(), labels::language(*one).to_owned()));
    let beside = |at| problem::beside(text, &problems, at);
    let (subject_problem, text_problem) = (beside("subject"), beside("text"));
    view! {
        <p class="hint">{lead}</p>
        <div class="row ask-template">
            <Select name=name::LANGUAGE label=fl!(text, "ask-letter-language") options=languages.collect() chosen=typed.language.tag()/>
            <Button label=fl!(text, "ask-template") name=name::ACT.to_owned() value=Act::Template.code()/>
        </div>
        <p class="hint">{fl!(text, "ask-template-hint")}</p>
        {(open > 0).then(|| view! { <Notice tone=Tone::Warn sentence=fl!(text, "ask-open-places", count = open)/> })}
        <Field name=name::SUBJECT label=fl!(text, "ask-subject") value=typed.form.subject problem=subject_problem/>
        <TextArea name=name::TEXT label=fl!(text, "ask-text") value=typed.form.text problem=text_problem rows=14/>
    }
}

#[component]
pub fn Files(text: Text, uploads: Vec<Upload>, limit: u64) -> impl IntoView {
    let room = limit.saturating_sub(uploads.iter().map(|upload| upload.size).sum());
    let hint =
        fl!(text, "ask-files-hint", limit = show::size(limit), room = show::size(room), most = MAX_UPLOADS);
    let rows = uploads.into_iter().map(|upload| {
        let remove = fl!(text, "ask-file-remove", name = upload.name.clone());
        view! {
            <li class="file">
                <AttachedFile upload=upload.clone()/>
                <Button kind=ButtonKind::Quiet label=remove name=name::ACT.to_owned() value=Act::Remove(upload.id).code()/>
            </li>
        }
    });
    let rows = rows.collect_view();
    let words = FileWords {
        fits: fl!(text, "ask-files-fit", size = HERE),
        too_large: fl!(text, "ask-files-too-large", size = HERE, room = show::size(room)),
    };
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    view! {
        <ul class="files" aria-label=fl!(text, "ask-files")>{rows}</ul>
        <Field name=name::FILES label=fl!(text, "ask-files-choose") kind="file" multiple=true hint=hint/>
        <ChosenFiles words room/>
        <div class="row">
            <Button label=fl!(text, "ask-attach") icon=Shape::Clip name=name::ACT.to_owned() value=Act::Attach.code()/>
        </div>
    }
}

/// Name, type and size.
#[component]
pub fn AttachedFile(upload: Upload) -> impl IntoView {
    let about = format!("{} · {}", kind(&upload.name, &upload.content_type), show::size(upload.size));
    view! {
        <Icon shape=Shape::Clip/>
        <span class="file-name">{upload.name}</span>
        <span class="hint">{about}</span>
    }
}

/// As people call it: the ending, else what the browser said.
fn kind(name: &str, content_type: &str) -> String {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let plain =
        |ending: &&str| (1..=5).contains(&ending.len()) && ending.chars().all(|c| c.is_ascii_alphanumeric());
    ending.filter(plain).map_or_else(|| content_type.to_owned(), str::to_ascii_uppercase)
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn the_type_is_the_ending_where_there_is_one() {
        assert_eq!(kind("合同.v2.pdf", "application/octet-stream"), "PDF");
        assert_eq!(kind("README", "text/plain"), "text/plain");
        assert_eq!(kind("a.说明", "text/plain"), "text/plain");
    }
}
