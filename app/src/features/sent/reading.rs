//! Says when the list may not be complete: while a mailbox is being read, how far it is, and when it can't be. The
//! island `AsYouType` asks again and puts what it hears in the place of this.

use super::refresh::Freshness;
use crate::{
    i18n::{Text, fl},
    kit::{Meter, Notice, Tone},
    show,
};
use domain::sent_index::FirstReading;
use leptos::prelude::*;

/// `again`: the address of the page, for those without scripts.
#[component]
pub fn Reading(text: Text, freshness: Freshness, again: String) -> impl IntoView {
    let goes_on = matches!(freshness, Freshness::Reading(_)).then_some("");
    let notice = match freshness {
        Freshness::Fresh => None,
        Freshness::Reading(Some(first)) => Some(progress(text, first, again)),
        Freshness::Reading(None) => Some(plain(text, Tone::Busy, fl!(text, "sent-reading"), again)),
        Freshness::Unreadable => Some(plain(text, Tone::Warn, fl!(text, "sent-unreadable"), again)),
    };
    let hidden = notice.is_none();
    view! { <div id="sent-reading" data-again=goes_on hidden=hidden>{notice}</div> }
}

fn plain(text: Text, tone: Tone, sentence: String, again: String) -> AnyView {
    view! { <Notice tone sentence><LookAgain text again/></Notice> }.into_any()
}

fn progress(text: Text, first: FirstReading, again: String) -> AnyView {
    let order = if first.has_newest { fl!(text, "sent-first-newest") } else { fl!(text, "sent-first-soon") };
    let counted = counted(text, first);
    let how_far = match first.total {
        Some(total) => {
            let share = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
            view! { <Meter done=share(first.done) total=share(total) label=counted/> }.into_any()
        }
        None => view! { <p>{counted}</p> }.into_any(),
    };
    view! {
        <Notice tone=Tone::Busy title=fl!(text, "sent-first-title")>
            {how_far}
            <p>{order}</p>
            <LookAgain text again/>
        </Notice>
    }
    .into_any()
}

#[component]
fn LookAgain(text: Text, again: String) -> impl IntoView {
    view! { <p><a href=again>{fl!(text, "sent-look-again")}</a></p> }
}

fn counted(text: Text, first: FirstReading) -> String {
    let FirstReading { done, total, .. } = first;
    match total {
        Some(total) => {
            let done = show::count(done.min(total));
            fl!(text, "sent-first-of", done = done, total = show::about(total))
        }
        None if done > 0 => fl!(text, "sent-first-so-far", done = show::count(done)),
        None => fl!(text, "sent-first-begins"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::shared::Language;

    fn shown(language: Language, freshness: Freshness) -> String {
        let text = Text::of(language);
        Owner::new().with(|| view! { <Reading text freshness again="/sent".to_owned()/> }.to_html())
    }

    fn first(done: u64, total: Option<u64>, has_newest: bool) -> Freshness {
        Freshness::Reading(Some(FirstReading { done, total, has_newest }))
    }

    #[test]
    fn how_far_it_is_as_far_as_that_is_known() {
        let english = |freshness| shown(Language::English, freshness);
        let html = english(first(12_400, Some(30_964), true));
        assert!(html.contains("12,400 of about 31,000 so far"), "{html}");
        assert!(html.contains("value=\"12400\"") && html.contains("max=\"30964\""), "{html}");
        assert!(html.contains("already here") && html.contains("href=\"/sent\""), "{html}");
        let html = english(first(40, None, true));
        assert!(html.contains("40 so far") && !html.contains("<progress"), "{html}");
        let html = english(first(0, None, false));
        assert!(html.contains("just begun") && !html.contains("already here"), "{html}");
        assert!(english(first(31, Some(30), true)).contains("30 of about 30"), "never more than there are");
    }

    #[test]
    fn the_same_in_chinese() {
        let html = shown(Language::Chinese, first(12_400, Some(31_000), true));
        assert!(html.contains("已读取 12,400 封，共约 31,000 封"), "{html}");
    }

    #[test]
    fn it_is_asked_about_again_until_it_is_over() {
        for (freshness, goes_on) in [
            (Freshness::Fresh, false),
            (Freshness::Unreadable, false),
            (Freshness::Reading(None), true),
            (first(1, None, true), true),
        ] {
            let html = shown(Language::English, freshness);
            assert_eq!(html.contains("data-again"), goes_on, "{html}");
            assert_eq!(html.contains("\" hidden>"), freshness == Freshness::Fresh, "{html}");
        }
    }
}
