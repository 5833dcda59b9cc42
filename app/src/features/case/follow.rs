//! Server-sent events in the browser. The browser itself connects again after a break and says which event it saw
//! last; here is only what to do with events, and when to stop. A look (`shared::progress`) is read by hand and
//! written into the elements that `board` has marked: a JSON library and views would double the island's weight.

use super::islands::Follow;
use leptos::prelude::{document, set_timeout, window};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{
    Element, EventSource, MessageEvent,
    js_sys::{Array, JSON, Reflect},
};

/// Without a stream the page is loaded again this often.
const WITHOUT_STREAM: Duration = Duration::from_secs(5);

pub fn follow(follow: Follow) {
    take_over();
    let Follow { events, pulse, offers, reloads } = follow;
    let Ok(source) = EventSource::new(&format!("{events}?after={pulse}")) else {
        return reload_later(reloads);
    };

    let stream = source.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(look) = event.data().as_string().and_then(|json| JSON::parse(&json).ok()) else { return };
        show(&look);
        let outdated = text(&look, "offers") != offers;
        if outdated || value(&look, "finished").is_truthy() {
            stream.close();
        }
        if outdated {
            reload();
        }
    });
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();

    // Signed out meanwhile: the page says so better than a board that stands still.
    let stream = source.clone();
    let on_end = Closure::<dyn FnMut()>::new(move || {
        stream.close();
        reload_later(reloads);
    });
    let _ = source.add_event_listener_with_callback("end", on_end.as_ref().unchecked_ref());
    on_end.forget();

    // A break heals by itself; a refusal closes the stream for good.
    let stream = source.clone();
    let on_error = Closure::<dyn FnMut()>::new(move || {
        if stream.ready_state() == EventSource::CLOSED {
            reload_later(reloads);
        }
    });
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    on_error.forget();
}

/// Takes away what stands in for the live view (`refresh`).
fn take_over() {
    while let Ok(Some(stand_in)) = document().query_selector("[data-without-live]") {
        stand_in.remove();
    }
}

fn show(look: &JsValue) {
    if let Some(state) = document().get_element_by_id("state") {
        state.set_class_name(&["notice notice-", &text(look, "tone")].concat());
        write(&state, "state", look);
        write(&state, "explanation", look);
    }
    if let Ok(Some(meter)) = document().query_selector("#counted progress") {
        let counted = text(look, "counted");
        let done = value(look, "done").as_f64().unwrap_or_default();
        let _ = Reflect::set(&meter, &"value".into(), &done.into());
        let _ = meter.set_attribute("aria-label", &counted);
        if let Some(label) = meter.next_element_sibling() {
            label.set_text_content(Some(&counted));
        }
    }
    if let Some(list) = document().get_element_by_id("groups") {
        list.set_text_content(None);
        for group in Array::from(&value(look, "groups")).iter() {
            let Ok(item) = document().create_element("li") else { continue };
            item.set_class_name(&["badge badge-", &text(&group, "tone")].concat());
            item.set_text_content(Some(&text(&group, "said")));
            let _ = list.append_child(&item);
        }
    }
    for row in Array::from(&value(look, "rows")).iter() {
        let Some(shown) = document().get_element_by_id(&["target-", &text(&row, "id")].concat()) else {
            continue;
        };
        for (mark, tone) in
            [("label", "tone"), ("correction", "correction_tone"), ("advice", ""), ("facts", "")]
        {
            if let Some(element) = write(&shown, mark, &row).filter(|_| !tone.is_empty()) {
                element.set_class_name(&["badge badge-", &text(&row, tone)].concat());
            }
        }
    }
}

/// Writes one text into its marked element; nothing where it is the same, so that nothing is read out twice.
fn write(within: &Element, mark: &str, look: &JsValue) -> Option<Element> {
    let element = within.query_selector(&["[data-live=", mark, "]"].concat()).ok()??;
    let fresh = text(look, mark);
    if element.text_content().as_deref() != Some(fresh.as_str()) {
        element.set_text_content(Some(&fresh));
    }
    let _ = element.toggle_attribute_with_force("hidden", fresh.is_empty());
    Some(element)
}

fn value(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn text(of: &JsValue, name: &str) -> String {
    value(of, name).as_string().unwrap_or_default()
}

fn reload_later(allowed: bool) {
    if allowed {
        set_timeout(reload, WITHOUT_STREAM);
    }
}

fn reload() {
    let _ = window().location().reload();
}
