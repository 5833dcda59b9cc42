//! What of a query wasn't understood: where it stands, why, and what is searched instead.

use crate::i18n::{Text, fl};
use domain::search::{MAX_LENGTH, MAX_TERMS, Problem, Reason, parse};
use leptos::prelude::*;

/// More would only say the same again.
const SHOWN: usize = 3;

/// Letters around the place.
const AROUND: usize = 24;

#[component]
pub fn Problems(text: Text, typed: String, problems: Vec<Problem>) -> impl IntoView {
    let guess = (!problems.is_empty()).then(|| guess(text, &typed));
    let problems = problems
        .into_iter()
        .take(SHOWN)
        .map(|problem| {
            let [before, place, after] = placed(&typed, &problem);
            let sentence = sentence(text, problem.reason);
            view! {
                <p class="problem">{sentence}</p>
                <p class="search-echo"><span>{before}</span><mark>{place}</mark><span>{after}</span></p>
            }
        })
        .collect_view();
    view! { <div id="search-problems" role="status">{problems}{guess}</div> }
}

fn guess(text: Text, typed: &str) -> impl IntoView + use<> {
    let understood = parse(typed).query.to_string();
    let label = if understood.is_empty() { fl!(text, "search-guess-all") } else { fl!(text, "search-guess") };
    view! { <p class="hint">{label}" "<code>{understood}</code></p> }
}

/// What stands before the place, there, and after it.
fn placed(typed: &str, problem: &Problem) -> [String; 3] {
    let letters: Vec<char> = typed.chars().collect();
    let (start, end) = (problem.at.start.min(letters.len()), problem.at.end.min(letters.len()));
    let from = start.saturating_sub(AROUND);
    let until = (end + AROUND).min(letters.len());
    let end = end.min(start + AROUND);
    let cut = |letters: &[char]| letters.iter().collect::<String>();
    let dots = |left_out: bool| if left_out { "…" } else { "" };
    [
        format!("{}{}", dots(from > 0), cut(&letters[from..start])),
        cut(&letters[start..end]),
        format!("{}{}", cut(&letters[end..until.max(end)]), dots(until < letters.len())),
    ]
}

fn sentence(text: Text, reason: Reason) -> String {
    match reason {
        Reason::UnclosedQuote => fl!(text, "search-unclosed-quote"),
        Reason::UnclosedParenthesis => fl!(text, "search-unclosed-parenthesis"),
        Reason::StrayParenthesis => fl!(text, "search-stray-parenthesis"),
        Reason::StrayOr => fl!(text, "search-stray-or"),
        Reason::MissingValue => fl!(text, "search-missing-value"),
        Reason::BadDay => fl!(text, "search-bad-day"),
        Reason::BadSpan => fl!(text, "search-bad-span"),
        Reason::BadSize => fl!(text, "search-bad-size"),
        Reason::BadMessageId => fl!(text, "search-bad-message-id"),
        Reason::UnknownFlag => fl!(text, "search-unknown-flag"),
        Reason::MisplacedThread => fl!(text, "search-misplaced-thread"),
        Reason::TooLong => fl!(text, "search-too-long", most = MAX_LENGTH),
        Reason::TooManyTerms => fl!(text, "search-too-many", most = MAX_TERMS),
        Reason::TooDeep => fl!(text, "search-too-deep"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Language;

    fn shown(typed: &str) -> String {
        let text = Text::of(Language::English);
        let (typed, problems) = (typed.to_owned(), parse(typed).problems);
        Owner::new().with(|| view! { <Problems text typed problems/> }.to_html())
    }

    #[test]
    fn the_place_is_marked_and_the_guess_is_told() {
        let html = shown("<b> after:soon");
        assert!(html.contains("<span>&lt;b&gt; after:</span><mark>soon</mark>"), "{html}");
        assert!(html.contains("<code>&lt;b&gt;</code>"), "{html}");
        assert!(!shown("合同").contains("<p"));
    }

    #[test]
    fn long_queries_are_shown_around_the_place() {
        let long = format!("{} \"{}", "x".repeat(40), "y".repeat(40));
        let [before, place, after] = placed(&long, &parse(&long).problems[0]);
        assert_eq!((before.chars().count(), place.as_str(), after.chars().count()), (25, "\"", 25));
        let too_long = "合".repeat(MAX_LENGTH + 90);
        let [_, place, after] = placed(&too_long, &parse(&too_long).problems[0]);
        assert_eq!((place.chars().count(), after.chars().count()), (AROUND, 90 - AROUND));
    }
}
