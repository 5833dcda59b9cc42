//! Signing in as the organisation for one mailbox. Secrets are sent, never told.

use super::{
    answer::{Kind, Status, Untagged, Value},
    capability::Capable,
    command::Command,
    config::{ImapConfig, Login},
    connect::Greeted,
    connection::{Connection, Reply},
    gate::Gate,
    trouble::{refused, told},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::{mail::EmailAddress, mail_system::MailError};
use std::{path::Path, sync::Arc};
use zeroize::Zeroizing;

const DOING: &str = "signing in";
/// Far more than a token takes.
const LONGEST_TOKEN: usize = 16 << 10;

/// A session that acts for the mailbox.
pub async fn sign_in(
    greeted: Greeted,
    config: &ImapConfig,
    gate: &Arc<Gate>,
    mailbox: &EmailAddress,
) -> Result<Connection, MailError> {
    let Greeted { wire, capabilities } = greeted;
    let capable = Capable::read(capabilities.as_deref().unwrap_or_default());
    let mut connection = Connection::new(wire, capable, gate.clone(), config.timeout);
    if capabilities.is_none() {
        connection.capable = capabilities_of(&mut connection).await?;
    }
    let user = config.user(mailbox);
    let reply = match &config.login {
        Login::Plain { admin, password } => {
            let response = Zeroizing::new(format!("{user}\0{admin}\0{}", password.as_str()));
            authenticate(&mut connection, "PLAIN", &response).await?
        }
        Login::Master { admin, separator, password } => {
            if connection.capable.login_disabled {
                return Err(MailError::Denied(format!("{DOING}: the server takes no LOGIN; use plain")));
            }
            let name = format!("{user}{separator}{admin}");
            let command = Command::new("LOGIN").text(name.as_bytes()).text(password.as_bytes());
            connection.ask(DOING, command).await?
        }
        Login::Token { file } => {
            let token = token(file).await?;
            let response = Zeroizing::new(format!("user={user}\x01auth=Bearer {}\x01\x01", token.as_str()));
            authenticate(&mut connection, "XOAUTH2", &response).await?
        }
    };
    if reply.status.kind != Kind::Ok {
        return Err(denied(&reply.status, config, mailbox));
    }
    connection.capable = match told_in(&reply) {
        Some(words) => Capable::read(&words),
        None => capabilities_of(&mut connection).await?,
    };
    Ok(connection)
}

/// The initial response goes along with the command where it may (RFC 4959). A second challenge is how a
/// refused token is explained (RFC 7628); it gets an empty answer, then the refusal comes.
async fn authenticate(
    connection: &mut Connection,
    mechanism: &'static str,
    response: &str,
) -> Result<Reply, MailError> {
    let capable = &connection.capable;
    if !capable.auth.is_empty() && !capable.auth.iter().any(|known| known == mechanism) {
        let told = format!("{DOING}: the server doesn't take {mechanism}, but {}", capable.auth.join(", "));
        return Err(MailError::Denied(told));
    }
    let response = Zeroizing::new(STANDARD.encode(response));
    let command = Command::new("AUTHENTICATE").word(mechanism);
    if capable.sasl_ir {
        return connection.ask(DOING, command.base64(&response)).await;
    }
    let mut first = Some(response.as_bytes().to_vec());
    connection.ask_with(DOING, command, move |_| first.take()).await
}

async fn capabilities_of(connection: &mut Connection) -> Result<Capable, MailError> {
    let reply = connection.run("asking what the server can do", Command::new("CAPABILITY")).await?;
    Ok(Capable::read(&told_in(&reply).unwrap_or_default()))
}

fn told_in(reply: &Reply) -> Option<String> {
    if let Some(words) = reply.code("CAPABILITY") {
        return Some(words.to_owned());
    }
    let data = reply.data.iter().find_map(|untagged| match untagged {
        Untagged::Data(data) if data.name == "CAPABILITY" => Some(data),
        _ => None,
    })?;
    let words = data.values.iter().filter_map(Value::bytes).map(|word| String::from_utf8_lossy(word));
    Some(words.collect::<Vec<_>>().join(" "))
}

/// RFC 5530: `AUTHORIZATIONFAILED` is about the mailbox, `AUTHENTICATIONFAILED` about ourselves.
fn denied(status: &Status, config: &ImapConfig, mailbox: &EmailAddress) -> MailError {
    let by_token = matches!(config.login, Login::Token { .. });
    match status.code.as_str() {
        // Whoever renews the token is late; it will come.
        "AUTHENTICATIONFAILED" | "EXPIRED" if by_token => {
            let reason = format!("{}; the token is refused, is it renewed?", told(DOING, status));
            MailError::Unavailable { reason, retry_after: None }
        }
        "AUTHORIZATIONFAILED" | "NONEXISTENT" => MailError::NoSuchMailbox(mailbox.clone()),
        "AUTHENTICATIONFAILED" | "EXPIRED" => MailError::Denied(format!(
            "{}; check the administrator's name and secret, and that it may act for this mailbox",
            told(DOING, status)
        )),
        // Some servers count sessions and bandwidth as quota.
        "OVERQUOTA" => MailError::Unavailable { reason: told(DOING, status), retry_after: None },
        _ => match refused(DOING, status) {
            MailError::Other(reason) => MailError::Denied(reason),
            other => other,
        },
    }
}

/// Read each time: another program renews it.
async fn token(file: &Path) -> Result<Zeroizing<String>, MailError> {
    let place = file.display();
    let text = tokio::fs::read_to_string(file).await.map(Zeroizing::new).map_err(|error| {
        MailError::Unavailable {
            reason: format!("the token in {place} can't be read: {error}"),
            retry_after: None,
        }
    })?;
    let token = text.trim();
    // Controls would break out of the response.
    if token.is_empty()
        || token.len() > LONGEST_TOKEN
        || !token.bytes().all(|byte| matches!(byte, b'!'..=b'~'))
    {
        return Err(MailError::Denied(format!("there is no token in {place}")));
    }
    Ok(Zeroizing::new(token.to_owned()))
}
