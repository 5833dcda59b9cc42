//! Tells somebody outside of each new checkpoint: whoever rewrites the database can't rewrite what they know.
//! The newest one is enough, it covers all before it; what wasn't accepted is tried again with what is newest then.

use crate::config::Audit;
use anyhow::{Result, ensure};
use domain::{
    audit::{Checkpoint, Witness},
    ids::OutgoingId,
    mail::{EmailAddress, MessageId, NamedAddress},
    mailer::{MailContent, OutgoingMail},
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
    if let Some(url) = &audit.witness_url {
        warn(tell_by_web(portal, url).await);
    }
    if let Some(to) = &audit.witness_mail {
        warn(tell_by_mail(portal, to).await);
    }
}

fn warn(told: Result<()>) {
    if let Err(error) = told {
        tracing::warn!(
            error = format!("{error:#}"),
            "a witness of the audit trail wasn't told; trying again"
        );
    }
}

async fn tell_by_web(portal: &Portal, url: &Url) -> Result<()> {
    let Some(checkpoint) = claim(portal, Witness::Web).await? else { return Ok(()) };
    post(url, &checkpoint).await?;
    told(portal, Witness::Web, &checkpoint, Duration::ZERO).await
}

async fn tell_by_mail(portal: &Portal, to: &EmailAddress) -> Result<()> {
    let Some(checkpoint) = claim(portal, Witness::Mail).await? else { return Ok(()) };
    mail(portal, to, &checkpoint).await?;
    told(portal, Witness::Mail, &checkpoint, MAIL_EVERY).await
}

/// What is to be told, when it is this server's turn.
async fn claim(portal: &Portal, witness: Witness) -> Result<Option<Checkpoint>> {
    let now = portal.world.now();
    let mut tx = portal.store.write().await?;
    let claimed = tx.claim_witness(witness, now, now.plus(CLAIM)).await?;
    tx.commit().await?;
    Ok(claimed)
}

/// The next one comes after `pause`.
async fn told(portal: &Portal, witness: Witness, checkpoint: &Checkpoint, pause: Duration) -> Result<()> {
    let mut tx = portal.store.write().await?;
    tx.tell_witness(witness, checkpoint.size, portal.world.now().plus(pause)).await?;
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
    let id: OutgoingId = portal.world.id();
    let from = &portal.settings.sender;
    let content = MailContent {
        subject: format!("Recant audit checkpoint {}", checkpoint.size),
        text: checkpoint.text.clone(),
        attachments: vec![],
    };
    let bytes = portal.mailer.compose(&OutgoingMail {
        id,
        from,
        to: &NamedAddress { name: String::new(), address: to.clone() },
        message_id: &MessageId::made("checkpoint", id.0, &portal.settings.mail_domain),
        corrects: None,
        references: &[],
        date: portal.world.now(),
        automatic: true,
        content: &content,
    })?;
    Ok(portal.mailer.send(id, &from.address, to, &bytes).await?)
}
