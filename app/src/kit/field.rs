//! One line of input with its label, hint and problem.

use leptos::prelude::*;

#[component]
pub fn Field(
    /// Also the element's id.
    #[prop(into)]
    name: String,
    #[prop(into)] label: String,
    /// `text`, `search`, `date`, `email`, `password`, `file`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional_no_strip, into)] hint: Option<String>,
    #[prop(optional_no_strip, into)] problem: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
    #[prop(optional_no_strip, into)] autocomplete: Option<String>,
    #[prop(optional)] maxlength: Option<u32>,
    #[prop(optional_no_strip, into)] placeholder: Option<String>,
    /// Files only.
    #[prop(optional)]
    multiple: bool,
) -> impl IntoView {
    let described = format!("{name}-hint");
    let has_more = hint.is_some() || problem.is_some();
    let invalid = problem.as_ref().map(|_| "true");
    view! {
        <div class="field">
            <label for=name.clone()>{label}</label>
            <input
                id=name.clone()
                name=name
                type=kind
                value=(!value.is_empty()).then_some(value)
                required=required
                autofocus=autofocus
                autocomplete=autocomplete
                maxlength=maxlength.map(|most| most.to_string())
                placeholder=placeholder
                multiple=multiple
                aria-invalid=invalid
                aria-describedby=has_more.then(|| described.clone())
            />
            {has_more.then(|| view! {
                <div id=described>
                    {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
                    {problem.map(|problem| view! { <p class="problem">{problem}</p> })}
                </div>
            })}
        </div>
    }
}

#[component]
pub fn Hidden(#[prop(into)] name: String, #[prop(into)] value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// Says whose text a form holds, so that it is never shown to another person who signs in at this browser.
#[component]
pub fn ForPerson(#[prop(into)] id: String) -> impl IntoView {
    view! { <Hidden name="for_person" value=id/> }
}
