//! What a recall would meet at each recipient, as found just now.

use super::summary::{Counts, finding};
use crate::{
    i18n::{Text, fl},
    kit::{Badge, Card, Cell, Notice, Table, Tone},
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

/// A page that takes longer helps nobody in a hurry.
const PATIENCE: Duration = Duration::from_secs(20);

/// None: not all mailboxes could be looked at in time.
pub async fn look(visit: &Visit, message: &CaseMessage, recipients: Vec<Recipient>) -> Option<Vec<Prospect>> {
    let looking = forecast(visit.portal(), &visit.viewer.directory, message, recipients);
    tokio::time::timeout(PATIENCE, looking).await.ok()
}

#[component]
pub fn Forecast(text: Text, prospects: Option<Vec<Prospect>>, again: String) -> impl IntoView {
    let Some(prospects) = prospects else {
        return view! {
            <Card title=fl!(text, "forecast-title")>
                <Notice tone=Tone::Warn sentence=fl!(text, "forecast-slow")/>
                <p><a href=again>{fl!(text, "forecast-again")}</a></p>
            </Card>
        }
        .into_any();
    };
    if prospects.is_empty() {
        return view! { <Notice tone=Tone::Warn sentence=fl!(text, "message-no-recipients")/> }.into_any();
    }
    let sentence = Counts::of(prospects.iter().map(|prospect| &prospect.finding)).sentence(text);
    let heads =
        vec![fl!(text, "forecast-col-who"), fl!(text, "forecast-col-via"), fl!(text, "forecast-col-found")];
    let rows = prospects.into_iter().map(|prospect| view! { <Row text prospect/> }).collect_view();
    view! {
        <section class="stack" aria-labelledby="forecast">
            <div class="page-head">
                <h2 id="forecast">{fl!(text, "forecast-title")}</h2>
                <a href=again>{fl!(text, "forecast-again")}</a>
            </div>
            <p class="forecast-sum">{sentence}</p>
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
