//! A mail's text, as plain text: the beginning open, a long rest folded away.

use crate::i18n::{Text, fl};
use domain::sent::MAX_TEXT;
use leptos::prelude::*;

/// Characters shown without unfolding.
const OPEN: usize = 1_500;

/// The beginning, to the end of a line where there is one near, and the rest.
fn split(body: &str) -> (&str, &str) {
    let Some((limit, _)) = body.char_indices().nth(OPEN) else { return (body, "") };
    let start = body[..limit].rfind('\n').filter(|at| *at > limit / 2).map_or(limit, |at| at + 1);
    body.split_at(start)
}

#[component]
pub fn MailText(text: Text, body: String) -> impl IntoView {
    let body = body.trim_end();
    if body.trim().is_empty() {
        return view! { <p class="hint">{fl!(text, "message-no-text")}</p> }.into_any();
    }
    let cut = body.chars().count() + 1 >= MAX_TEXT;
    let (open, rest) = split(body);
    let rest = (!rest.is_empty()).then(|| {
        let count = rest.chars().count();
        view! {
            <details>
                <summary>{fl!(text, "message-text-rest", count = count)}</summary>
                <div class="plain-text">{rest.to_owned()}</div>
            </details>
        }
    });
    view! {
        <div class="plain-text">{open.to_owned()}</div>
        {rest}
        {cut.then(|| view! { <p class="hint">{fl!(text, "message-text-cut")}</p> })}
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_characters_stay_whole() {
        for body in ["短", &"撤回邮件\n".repeat(2_000), &"长".repeat(5_000), ""] {
            let (open, rest) = split(body);
            assert_eq!(format!("{open}{rest}"), body);
            assert!(open.chars().count() <= OPEN);
        }
        assert!(split(&"line\n".repeat(1_000)).0.ends_with('\n'));
    }
}
