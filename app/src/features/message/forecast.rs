//! What a recall would meet at each recipient, as found just now.

use super::summary::{Counts, finding};
use crate::{
    i18n::{Text, fl},
    kit::{Badge, Cell, Notice, Table, Tone},
    page::Visit,
};
use domain::{
    case::CaseMessage,
    forecast::{Prospect, forecast},
    mail::EmailAddress,
    org::Recipient,
};
use leptos::prelude::*;
use std::time::Duration;

/// A page that takes longer helps nobody in a hurry: the recall itself looks everywhere, and sooner.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was found within a few seconds, and who wasn't looked at by then.
pub async fn look(visit: &Visit, message: &CaseMessage, recipients: Vec<Recipient>) -> Vec<Prospect> {
    forecast(visit.portal(), &visit.viewer.directory, message, recipients, PATIENCE).await
}

#[component]
pub fn Forecast(text: Text, prospects: Vec<Prospect>, again: String) -> impl IntoView {
    if prospects.is_empty() {
        return view! { <Notice tone=Tone::Warn sentence=fl!(text, "message-no-recipients")/> }.into_any();
    }
    let counts = Counts::of(prospects.iter().map(|prospect| &prospect.finding));
    let slow = (counts.not_looked > 0).then(
        || view! { <Notice tone=Tone::Warn sentence=fl!(text, "forecast-slow", count = counts.not_looked)/> },
    );
    let heads =
        vec![fl!(text, "forecast-col-who"), fl!(text, "forecast-col-via"), fl!(text, "forecast-col-found")];
    let rows = prospects.into_iter().map(|prospect| view! { <Row text prospect/> }).collect_view();
    view! {
        <section class="stack" aria-labelledby="forecast">
            <div class="page-head">
                <h2 id="forecast">{fl!(text, "forecast-title")}</h2>
                <a href=again>{fl!(text, "forecast-again")}</a>
            </div>
            <p class="forecast-sum">{counts.sentence(text)}</p>
            {slow}
            <p class="hint">{fl!(text, "forecast-lead")}</p>
            <Table caption=fl!(text, "forecast-title") heads>{rows}</Table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(text: Text, prospect: Prospect) -> impl IntoView {
    let Prospect { recipient, finding: found } = prospect;
    let (tone, label, meaning) = finding(text, &found);
    let via: Vec<&str> = recipient.via.iter().map(EmailAddress::as_str).collect();
    let via = if via.is_empty() { fl!(text, "forecast-direct") } else { via.join(" › ") };
    let address = recipient.address.to_string();
    let name = if recipient.name.is_empty() { address.clone() } else { recipient.name };
    let second = (name != address).then(|| view! { <span class="hint">{address}</span> });
    view! {
        <tr>
            <Cell head="" main=true><span class="who">{name}</span>{second}</Cell>
            <Cell head=fl!(text, "forecast-col-via")>{via}</Cell>
            <Cell head=fl!(text, "forecast-col-found")>
                <Badge tone label/>
                <p class="hint">{meaning}</p>
            </Cell>
        </tr>
    }
}
