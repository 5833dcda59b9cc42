//! One of a few, or yes and no.

use leptos::prelude::*;

/// One way to choose in [`RadioCards`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub value: String,
    pub label: String,
    pub hint: String,
}

/// Large, explained radio buttons for a decision that matters.
#[component]
pub fn RadioCards(
    #[prop(into)] name: String,
    #[prop(into)] legend: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] chosen: String,
    #[prop(optional_no_strip, into)] problem: Option<String>,
) -> impl IntoView {
    let problem_id = problem.is_some().then(|| format!("{name}-problem"));
    let cards = choices
        .into_iter()
        .map(|choice| {
            let checked = choice.value == chosen;
            view! {
                <label class="radio-card">
                    <input type="radio" name=name.clone() value=choice.value checked=checked required=true/>
                    <span class="radio-card-body">
                        <span class="radio-card-label">{choice.label}</span>
                        {(!choice.hint.is_empty()).then(|| view! { <span class="hint">{choice.hint}</span> })}
                    </span>
                </label>
            }
        })
        .collect_view();
    let described = problem_id.clone();
    view! {
        <fieldset class="radio-cards" aria-describedby=described>
            <legend>{legend}</legend>
            {cards}
            {problem.map(|problem| view! { <p class="problem" id=problem_id>{problem}</p> })}
        </fieldset>
    }
}

#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional_no_strip, into)] hint: Option<String>,
    /// Posted when ticked.
    #[prop(default = "on".to_owned(), into)]
    value: String,
    #[prop(optional)] checked: bool,
    #[prop(optional)] disabled: bool,
) -> impl IntoView {
    view! {
        <label class="checkbox">
            <input type="checkbox" name=name value=value checked=checked disabled=disabled/>
            <span>
                <span class="checkbox-label">{label}</span>
                {hint.map(|hint| view! { <span class="hint">{hint}</span> })}
            </span>
        </label>
    }
}
