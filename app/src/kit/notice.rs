//! A message on the page. Bad ones interrupt a screen reader, the others wait.

use super::{Icon, Shape, Tone};
use leptos::prelude::*;

#[component]
pub fn Notice(
    #[prop(optional)] tone: Tone,
    #[prop(optional_no_strip, into)] title: Option<String>,
    #[prop(optional_no_strip, into)] sentence: Option<String>,
    /// Read out when the page opens. Only for what has just happened.
    #[prop(optional)]
    live: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let role = live.then_some(if tone == Tone::Bad { "alert" } else { "status" });
    view! {
        <div class=format!("notice notice-{}", tone.code()) role=role>
            <Icon shape=shape(tone)/>
            <div class="notice-body">
                {title.map(|title| view! { <p class="notice-title">{title}</p> })}
                {sentence.map(|sentence| view! { <p>{sentence}</p> })}
                {children.map(|children| children())}
            </div>
        </div>
    }
}

fn shape(tone: Tone) -> Shape {
    match tone {
        Tone::Good => Shape::Check,
        Tone::Warn | Tone::Bad => Shape::Warning,
        Tone::Busy | Tone::Plain => Shape::Info,
    }
}
