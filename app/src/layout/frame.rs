//! Skip link, header, banner, messages, the page itself, footer.

use super::header::Header;
use crate::{
    asked::Asked,
    flash::Flash,
    i18n::{Text, fl},
    kit::{Notice, rcdata},
    page::Page,
    viewer::Viewer,
};
use leptos::prelude::*;
use leptos_meta::{Html, Title};

pub fn frame(
    asked: &Asked,
    viewer: Option<&Viewer>,
    text: Text,
    page: Page,
    messages: Vec<Flash>,
    banner: Option<AnyView>,
) -> AnyView {
    let Page { title, section, body } = page;
    let header = view! { <Header viewer=viewer.cloned() text section target=asked.target.clone()/> };
    let messages = messages
        .into_iter()
        .map(|message| {
            view! { <Notice tone=message.tone sentence=message.sentence live=true/> }
        })
        .collect_view();
    let organisation = asked.portal.settings.organisation.clone();
    view! {
        <Html {..} lang=text.language.tag()/>
        // The title holds subjects of mails, and leptos_meta doesn't escape it.
        <Title text=rcdata(&format!("{title} · {}", fl!(text, "frame-product")))/>
        <a class="skip" href="#content">{fl!(text, "frame-skip")}</a>
        {header}
        <main id="content" class="content" tabindex="-1">
            {banner}
            <div class="messages">{messages}</div>
            {body}
        </main>
        <footer class="footer">{fl!(text, "frame-footer", organisation = organisation)}</footer>
    }
    .into_any()
}
