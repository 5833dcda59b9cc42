//! Server-sent events in the browser. The browser itself connects again after a break and says which event it
//! saw last; here is only what to do with events, and when to stop.

use super::islands::Follow;
use leptos::prelude::*;
use shared::progress::Progress;
use std::time::Duration;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

/// Without a stream the page is loaded again this often.
const WITHOUT_STREAM: Duration = Duration::from_secs(5);

pub fn follow(look: RwSignal<Progress>, follow: &Follow) {
    let address = format!("{}?after={}", follow.events, look.with_untracked(|look| look.pulse.clone()));
    let reloads = follow.reloads;
    let Ok(source) = EventSource::new(&address) else { return reload_later(reloads) };
    let offers = look.with_untracked(|look| look.offers.clone());

    let stream = source.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let Some(later) =
            event.data().as_string().and_then(|json| serde_json::from_str::<Progress>(&json).ok())
        else {
            return;
        };
        let (outdated, finished) = (later.offers != offers, later.finished);
        look.update(|look| look.follow(later));
        if outdated || finished {
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

fn reload_later(allowed: bool) {
    if allowed {
        set_timeout(reload, WITHOUT_STREAM);
    }
}

fn reload() {
    let _ = window().location().reload();
}
