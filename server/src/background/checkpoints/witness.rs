//! Tells somebody outside of each new checkpoint: whoever rewrites the database can't rewrite what they know.
//! The newest one is enough, it covers all before it; what wasn't accepted is tried again with what is newest then.

use crate::config::Audit;
use anyhow::{Context as _, Result, ensure};
use domain::{
    audit::{Checkpoint, Witness},
    ids::CorrectionId,
    mail::{EmailAddress, MessageId, NamedAddress},
    mailer::{CorrectionContent, OutgoingMail},
    portal::Portal,
};
use reqwest::{Client, Url, header::CONTENT_TYPE, redirect::Policy};
use std::{sync::Arc, time::Duration};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// So long one server has for telling, and then any of them may try again.
const CLAIM: Duration = Duration::from_mins(1);

const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// A mail each minute would be read by nobody.
const MAIL_EVERY: Duration = Duration::from_mins(15);

pub async fn run(portal: Arc<Portal>, audit: Arc<Audit>, stop: CancellationToken) {
    let mut turn = interval(LOOK_EVERY);
    turn.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turn.tick()).await.is_some() {
        round(&portal, &audit).await;
    }
}

pub(super) async fn round(portal: &Portal, audit: &Audit) {
    let web = audit.witness_url.as_ref().map(Way::Web);
    let mail = audit.witness_mail.as_ref().map(Way::Mail);
    for way in [web, mail].into_iter().flatten() {
        if let Err(error) = tell(portal, &way).await {
            let error = format!("{error:#}");
            tracing::warn!(error, "a witness of the audit trail wasn't told; trying again");
        }
    }
}

enum Way<'a> {
    Web(&'a Url),
    Mail(&'a EmailAddress),
}

async fn tell(portal: &Portal, way: &Way<'_>) -> Result<()> {
    let (witness, pause) = match way {
        Way::Web(_) => (Witness::Web, Duration::ZERO),
        Way::Mail(_) => (Witness::Mail, MAIL_EVERY),
    };
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let claimed = tx.claim_witness(witness, now, now.plus(CLAIM)).await?;
    tx.commit().await?;
    let Some(checkpoint) = claimed else { return Ok(()) };
    match way {
        Way::Web(url) => post(url, &checkpoint).await?,
        Way::Mail(to) => mail(portal, to, &checkpoint).await?,
    }
    let mut tx = portal.store.write().await?;
    tx.tell_witness(witness, checkpoint.size, now.plus(pause)).await?;
    Ok(tx.commit().await?)
}

async fn post(url: &Url, checkpoint: &Checkpoint) -> Result<()> {
    let client = Client::builder().timeout(ANSWER_WITHIN).redirect(Policy::none()).build()?;
    let request = client.post(url.clone()).header(CONTENT_TYPE, "text/plain; charset=utf-8");
    // The address may hold a secret of its own: it stays out of the log.
    let answer = request.body(checkpoint.text.clone()).send().await.map_err(reqwest::Error::without_url)?;
    ensure!(answer.status().is_success(), "audit.witness_url answers {}", answer.status());
    Ok(())
}

async fn mail(portal: &Portal, to: &EmailAddress, checkpoint: &Checkpoint) -> Result<()> {
    let id: CorrectionId = portal.world.id();
    let domain = &portal.settings.mail_domain;
    let from = NamedAddress {
        name: portal.settings.organisation.clone(),
        address: format!("recant@{domain}").parse().context("organisation.mail_domain makes no address")?,
    };
    let content = CorrectionContent {
        subject: format!("Recant audit checkpoint {}", checkpoint.size),
        text: checkpoint.text.clone(),
        attachments: vec![],
    };
    let bytes = portal.mailer.compose(&OutgoingMail {
        id,
        from: &from,
        to: &NamedAddress { name: String::new(), address: to.clone() },
        message_id: &MessageId::made(id.0, domain),
        corrects: None,
        references: &[],
        date: portal.world.now(),
        content: &content,
    })?;
    Ok(portal.mailer.send(id, &from.address, to, &bytes).await?)
}
