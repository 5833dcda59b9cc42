//! The search form: a box that understands the language of `domain::search`, chips and fields for everybody else,
//! and help with examples. A plain GET form: the address says what is searched.

use super::{form::Typed, problem::Problems};
use crate::{
    i18n::{Text, fl},
    kit::{Button, ButtonKind, Field, Fold, Hidden, Icon, LinkButton, Select, Shape},
};
use chrono::Days;
use chrono_tz::Tz;
use domain::{search::Problem, time::Timestamp};
use leptos::prelude::*;

#[component]
pub fn SearchForm(
    text: Text,
    typed: Typed,
    problems: Vec<Problem>,
    now: Timestamp,
    zone: Tz,
) -> impl IntoView {
    let narrowed = typed.is_narrowed();
    let (conditions, all) = (typed.clone(), typed.all());
    view! {
        <form method="get" action="/sent" role="search" class="search" id="search-form">
            {(!typed.of.is_empty()).then(|| view! { <Hidden name="of" value=typed.of.clone()/> })}
            <div class="search-line">
                <Field name="q" label=fl!(text, "sent-search-words") kind="search" value=typed.words.clone() placeholder=fl!(text, "sent-search-example") autocomplete="off".to_owned()/>
                <div class="search-actions">
                    <Button label=fl!(text, "sent-search-button") icon=Shape::Search/>
                    {narrowed.then(|| view! { <LinkButton kind=ButtonKind::Quiet label=fl!(text, "sent-search-clear") href=typed.all().link(1)/> })}
                </div>
            </div>
            <Problems text typed=typed.words.clone() problems/>
            <Chips text typed now zone/>
            <Conditions text typed=conditions/>
            <Help text typed=all/>
        </form>
    }
}

/// Conditions that are one click away, and those that are set: each a link that sets it or takes it away.
#[component]
pub fn Chips(text: Text, typed: Typed, now: Timestamp, zone: Tz) -> impl IntoView {
    let chips = chips(text, &typed, now, zone).into_iter().map(|Chip { label, on, href }| {
        let shape = on.then(|| view! { <Icon shape=Shape::Cross/> });
        let spoken = on.then(|| fl!(text, "search-chip-off", condition = label.clone()));
        let class = if on { "chip chip-on" } else { "chip" };
        view! { <li><a class=class href=href aria-label=spoken><span>{label}</span>{shape}</a></li> }
    });
    view! { <ul id="search-chips" class="chips" aria-label=fl!(text, "search-chips")>{chips.collect_view()}</ul> }
}

struct Chip {
    label: String,
    on: bool,
    href: String,
}

fn chips(text: Text, typed: &Typed, now: Timestamp, zone: Tz) -> Vec<Chip> {
    let week_ago = now.utc().with_timezone(&zone).date_naive().checked_sub_days(Days::new(7));
    let week_ago = week_ago.map(|day| day.to_string()).unwrap_or_default();
    let is_recent = typed.from == week_ago;
    let toggle = |label: String, on: bool, set: &dyn Fn(&mut Typed, &str), value: &str| {
        let mut other = typed.clone();
        set(&mut other, if on { "" } else { value });
        Chip { label, on, href: other.link(1) }
    };
    let file = |typed: &mut Typed, value: &str| value.clone_into(&mut typed.file);
    let case = |typed: &mut Typed, value: &str| value.clone_into(&mut typed.case);
    let from = |typed: &mut Typed, value: &str| value.clone_into(&mut typed.from);
    let until = |typed: &mut Typed, value: &str| value.clone_into(&mut typed.until);
    let who = |typed: &mut Typed, value: &str| value.clone_into(&mut typed.who);
    let mut chips = vec![
        toggle(fl!(text, "search-chip-file"), typed.file == "yes", &file, "yes"),
        toggle(fl!(text, "search-chip-recent"), is_recent, &from, &week_ago),
        toggle(fl!(text, "sent-case-with"), typed.case == "with", &case, "with"),
    ];
    if typed.case == "without" {
        chips.push(toggle(fl!(text, "sent-case-without"), true, &case, ""));
    }
    if !typed.who.trim().is_empty() {
        chips.push(toggle(fl!(text, "search-chip-who", who = typed.who.trim()), true, &who, ""));
    }
    if !typed.from.is_empty() && !is_recent {
        chips.push(toggle(fl!(text, "search-chip-from", day = typed.from.as_str()), true, &from, ""));
    }
    if !typed.until.is_empty() {
        chips.push(toggle(fl!(text, "search-chip-until", day = typed.until.as_str()), true, &until, ""));
    }
    chips
}

#[component]
fn Conditions(text: Text, typed: Typed) -> impl IntoView {
    let cases = vec![
        (String::new(), fl!(text, "sent-case-any")),
        ("with".to_owned(), fl!(text, "sent-case-with")),
        ("without".to_owned(), fl!(text, "sent-case-without")),
    ];
    let files =
        vec![(String::new(), fl!(text, "sent-case-any")), ("yes".to_owned(), fl!(text, "search-chip-file"))];
    let open = typed.has_conditions();
    view! {
        <Fold label=fl!(text, "search-conditions") open>
            <div class="search-fields">
                <Field name="who" label=fl!(text, "sent-col-to") value=typed.who placeholder=fl!(text, "search-who-example")/>
                <Field name="from" label=fl!(text, "sent-search-from") kind="date" value=typed.from/>
                <Field name="until" label=fl!(text, "sent-search-until") kind="date" value=typed.until/>
                <Select name="file" label=fl!(text, "message-attachments") options=files chosen=typed.file/>
                <Select name="case" label=fl!(text, "sent-search-case") options=cases chosen=typed.case/>
            </div>
        </Fold>
    }
}

/// `typed`: what an example starts from.
#[component]
fn Help(text: Text, typed: Typed) -> impl IntoView {
    let examples = [
        (fl!(text, "search-help-word"), fl!(text, "search-help-word-means")),
        (fl!(text, "search-help-phrase"), fl!(text, "search-help-phrase-means")),
        (fl!(text, "search-help-person"), fl!(text, "search-help-person-means")),
        (fl!(text, "search-help-subject"), fl!(text, "search-help-subject-means")),
        (fl!(text, "search-help-file"), fl!(text, "search-help-file-means")),
        (fl!(text, "search-help-time"), fl!(text, "search-help-time-means")),
        (fl!(text, "search-help-span"), fl!(text, "search-help-span-means")),
        (fl!(text, "search-help-size"), fl!(text, "search-help-size-means")),
        (fl!(text, "search-help-or"), fl!(text, "search-help-or-means")),
        (fl!(text, "search-help-not"), fl!(text, "search-help-not-means")),
        (fl!(text, "search-help-case"), fl!(text, "search-help-case-means")),
        (fl!(text, "search-help-thread"), fl!(text, "search-help-thread-means")),
        (fl!(text, "search-help-id"), fl!(text, "search-help-id-means")),
    ];
    let rows = examples.into_iter().map(move |(example, means)| {
        let href = Typed { words: example.clone(), ..typed.clone() }.link(1);
        view! {
            <div class="fact">
                <dt><a href=href><code>{example}</code></a></dt>
                <dd>{means}</dd>
            </div>
        }
    });
    view! {
        <Fold label=fl!(text, "search-help") open=false>
            <p class="hint">{fl!(text, "search-help-lead")}</p>
            <dl class="facts">{rows.collect_view()}</dl>
        </Fold>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{search::parse, shared::Language};

    const NOW: Timestamp = Timestamp(1_769_994_000_000); // 2026-02-02

    fn addresses(typed: &Typed) -> Vec<(bool, String)> {
        let chips = chips(Text::of(Language::English), typed, NOW, chrono_tz::UTC);
        chips.into_iter().map(|chip| (chip.on, chip.href)).collect()
    }

    #[test]
    fn a_chip_sets_its_condition_and_takes_it_away() {
        let plain = Typed { words: "合同".into(), page: 3, ..Typed::default() };
        let q = "/sent?q=%E5%90%88%E5%90%8C";
        let offered =
            ["file=yes", "from=2026-01-26", "case=with"].map(|field| (false, format!("{q}&{field}")));
        assert_eq!(addresses(&plain), offered);
        let set = Typed { file: "yes".into(), who: "mei".into(), ..plain };
        let set = addresses(&set);
        assert_eq!(set[0], (true, format!("{q}&who=mei")));
        assert_eq!(set[3], (true, format!("{q}&file=yes")));
    }

    /// In both languages they are queries that are understood.
    #[test]
    fn every_example_works() {
        for language in [Language::Chinese, Language::English] {
            let text = Text::of(language);
            let html = Owner::new().with(|| view! { <Help text typed=Typed::default()/> }.to_html());
            let examples: Vec<&str> =
                html.split("<code>").skip(1).filter_map(|rest| rest.split("</code>").next()).collect();
            assert!(examples.len() > 10, "{html}");
            for example in examples {
                let parsed = parse(&example.replace("&lt;", "<").replace("&gt;", ">"));
                assert!(parsed.problems.is_empty() && parsed.query != parse("").query, "{example}");
            }
        }
    }
}
