//! The search form in the browser: a moment after the last letter the parts of the page that depend on it are asked
//! of the server and put in place, and the address follows. An answer that comes late is thrown away.

use leptos::prelude::*;
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    DomParser, FormData, HtmlFormElement, Response, SupportedType, UrlSearchParams,
    js_sys::{Function, Reflect},
};

const PAUSE: Duration = Duration::from_millis(250);

/// What changes with what is typed.
const PARTS: [&str; 3] = ["search-problems", "search-chips", "sent-found"];

pub fn follow(said: RwSignal<String>) {
    let waiting: StoredValue<Option<TimeoutHandle>, LocalStorage> = StoredValue::new_local(None);
    let newest = Rc::new(Cell::new(0_u32));
    let on_change = Rc::new(move |event: &web_sys::Event| {
        // While a Chinese word is being composed, its letters are nobody's query.
        let composing = Reflect::get(event, &"isComposing".into()).is_ok_and(|flag| flag.is_truthy());
        let Some(form) = form().filter(|_| !composing) else { return };
        if !event.target().is_some_and(|target| is_field(&target, &form)) {
            return;
        }
        waiting.update_value(|handle| {
            if let Some(handle) = handle.take() {
                handle.clear();
            }
        });
        let newest = newest.clone();
        let look = move || {
            newest.set(newest.get().wrapping_add(1));
            look(&form, newest.get(), newest.clone(), said);
        };
        waiting.set_value(set_timeout_with_handle(look, PAUSE).ok());
    });
    for name in ["input", "compositionend"] {
        let on_change = on_change.clone();
        window_event_listener_untyped(name, move |event| on_change(&event));
    }
}

fn form() -> Option<HtmlFormElement> {
    document().get_element_by_id("search-form")?.dyn_into().ok()
}

fn is_field(target: &web_sys::EventTarget, form: &HtmlFormElement) -> bool {
    target.dyn_ref::<web_sys::Node>().is_some_and(|node| form.contains(Some(node)))
}

fn look(form: &HtmlFormElement, number: u32, newest: Rc<Cell<u32>>, said: RwSignal<String>) {
    let Some(query) = query(form) else { return };
    let answer = window().fetch_with_str(&["/sent/results?", &query].concat());
    then(&answer, move |answer| {
        let Ok(answer) = answer.dyn_into::<Response>() else { return };
        // Signed out, or the server is busy: the form's button says so better.
        let (true, Ok(text)) = (answer.ok(), answer.text()) else { return };
        then(&text, move |text| {
            if newest.get() == number {
                let _ = text.as_string().and_then(|html| show(&html, said));
            }
        });
    });
}

fn query(form: &HtmlFormElement) -> Option<String> {
    let fields = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    query.to_string().as_string()
}

fn show(html: &str, said: RwSignal<String>) -> Option<()> {
    let fresh = DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()?;
    for id in PARTS {
        let (old, new) = (document().get_element_by_id(id)?, fresh.get_element_by_id(id)?);
        old.replace_with_with_node_1(&new).ok()?;
    }
    let total = document().get_element_by_id("sent-found")?.first_element_child();
    said.set(total.and_then(|total| total.text_content()).unwrap_or_default());
    let address = fresh.query_selector("[data-address]").ok()??.get_attribute("data-address")?;
    let history = window().history().ok()?;
    history.replace_state_with_url(&JsValue::NULL, "", Some(&address)).ok()
}

/// A promise that fails was nobody's last word: typing on asks again.
fn then(promise: &JsValue, act: impl FnOnce(JsValue) + 'static) {
    let then = Reflect::get(promise, &"then".into()).and_then(JsCast::dyn_into::<Function>);
    if let Ok(then) = then {
        let failed = Closure::once_into_js(|_: JsValue| ());
        let _ = then.call2(promise, &Closure::once_into_js(act), &failed);
    }
}
