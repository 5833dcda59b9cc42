//! The search form in the browser: a moment after the last letter the parts of the page that depend on it are asked
//! of the server and put in place, and the address follows. An answer that comes late is thrown away. While the mailbox
//! is being read, how far it is and the list are asked for again and again, whatever is typed.

use leptos::prelude::*;
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Document, DomParser, Element, FormData, HtmlFormElement, Response, SupportedType, UrlSearchParams,
    js_sys::{Function, Reflect},
};

const PAUSE: Duration = Duration::from_millis(250);

/// How often a reading is asked about.
const AGAIN: Duration = Duration::from_secs(2);

/// What changes with what is typed.
const PARTS: [&str; 3] = ["search-problems", "search-chips", "sent-found"];

pub fn follow(said: RwSignal<String>) {
    let waiting: StoredValue<Option<TimeoutHandle>, LocalStorage> = StoredValue::new_local(None);
    let newest = Rc::new(Cell::new(0_u32));
    keep_asking(newest.clone(), said);
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
    ask(&["/sent/results?", &query].concat(), move |html| {
        // Signed out, or the server is busy: the form's button says so better.
        if newest.get() == number {
            let _ = html.and_then(|html| show(&html, said));
        }
    });
}

/// None: the server refuses to answer.
fn ask(address: &str, act: impl FnOnce(Option<String>) + 'static) {
    then(&window().fetch_with_str(address), move |answer| {
        let Ok(answer) = answer.dyn_into::<Response>() else { return };
        match (answer.ok(), answer.text()) {
            (true, Ok(text)) => then(&text, move |text| act(text.as_string())),
            _ => act(None),
        }
    });
}

/// As long as the mailbox is being read. The page that is asked for is the one whose address stands above: that is
/// what was typed last, or turned to.
fn keep_asking(newest: Rc<Cell<u32>>, said: RwSignal<String>) {
    let goes_on = || find("#sent-reading[data-again]").is_some();
    let later = move || {
        if !goes_on() {
            return;
        }
        let number = newest.get();
        let query = window().location().search().unwrap_or_default();
        let join = if query.is_empty() { "?" } else { "&" };
        let unchanged = newest.clone();
        ask(&["/sent/results", &query, join, "again=1"].concat(), move |html| {
            let Some(html) = html else { return stop_asking() };
            if unchanged.get() == number {
                let _ = show_reading(&html, said);
            }
        });
        // Not after the answer: a connection that breaks off gives none.
        keep_asking(newest, said);
    };
    if goes_on() {
        set_timeout(later, AGAIN);
    }
}

/// Signed out meanwhile: the link to look again says so better.
fn stop_asking() {
    if let Some(reading) = find("#sent-reading") {
        let _ = reading.remove_attribute("data-again");
    }
}

/// A list that somebody has under the mouse or in focus stays until they let go of it. That everything has been read is
/// said together with the list that shows it.
fn show_reading(html: &str, said: RwSignal<String>) -> Option<()> {
    let fresh = parsed(html)?;
    let goes_on = fresh.query_selector("[data-again]").ok()?.is_some();
    let is_held = find("#sent-found:hover,#sent-found:focus-within").is_some();
    if find("#sent-reading:focus-within").is_some() || is_held && !goes_on {
        return None;
    }
    put("sent-reading", &fresh)?;
    if !is_held {
        put("sent-found", &fresh)?;
    }
    if !goes_on {
        said.set(total());
    }
    Some(())
}

fn query(form: &HtmlFormElement) -> Option<String> {
    let fields = FormData::new_with_form(form).ok()?;
    let query = UrlSearchParams::new_with_str_sequence_sequence(&fields).ok()?;
    query.to_string().as_string()
}

fn show(html: &str, said: RwSignal<String>) -> Option<()> {
    let fresh = parsed(html)?;
    for id in PARTS {
        put(id, &fresh)?;
    }
    said.set(total());
    let address = fresh.query_selector("[data-address]").ok()??.get_attribute("data-address")?;
    let history = window().history().ok()?;
    history.replace_state_with_url(&JsValue::NULL, "", Some(&address)).ok()
}

fn parsed(html: &str) -> Option<Document> {
    DomParser::new().ok()?.parse_from_string(html, SupportedType::TextHtml).ok()
}

fn find(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok()?
}

/// In the place of what stands there under this id.
fn put(id: &str, fresh: &Document) -> Option<()> {
    let (old, new) = (document().get_element_by_id(id)?, fresh.get_element_by_id(id)?);
    old.replace_with_with_node_1(&new).ok()
}

fn total() -> String {
    let total = find("#sent-found > :first-child");
    total.and_then(|total| total.text_content()).unwrap_or_default()
}

/// A promise that fails was nobody's last word: typing on asks again.
fn then(promise: &JsValue, act: impl FnOnce(JsValue) + 'static) {
    let then = Reflect::get(promise, &"then".into()).and_then(JsCast::dyn_into::<Function>);
    if let Ok(then) = then {
        let failed = Closure::once_into_js(|_: JsValue| ());
        let _ = then.call2(promise, &Closure::once_into_js(act), &failed);
    }
}
