//! Turns plain values into checked ones. Each section reads all its keys before it gives up, so that every problem
//! is found in one go.

use super::{
    Config, Database, Log, LogFormat, Organisation, Problems, Sending, Server, Vault, problem::Place, secret,
    source::Source,
};
use domain::{hex, mail::EmailAddress, policy::Policy, vault::MasterKey};
use ipnet::IpNet;
use mailer::{SmtpConfig, SmtpLogin, SmtpTls};
use std::{net::IpAddr, path::Path, sync::Arc, time::Duration};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// As the pages show sizes.
pub(super) const MEGABYTE: u64 = 1_000_000;

pub(super) fn check(source: Source) -> Result<Config, Problems> {
    let mut check = Check { source };
    let config = check.all();
    let problems = check.source.into_problems();
    match config {
        Some(config) if problems.found.is_empty() => Ok(config),
        _ => Err(problems),
    }
}

/// Every key that is looked at.
#[cfg(test)]
pub(super) fn asked(source: Source) -> std::collections::BTreeSet<&'static str> {
    let mut check = Check { source };
    check.all();
    check.source.asked
}

/// A problem was noted.
pub(super) struct Noted;

/// `None` anywhere below means the same, unless it says otherwise.
pub(super) struct Check {
    pub(super) source: Source,
}

impl Check {
    fn all(&mut self) -> Option<Config> {
        let server = self.server();
        let database = self.database();
        let vault = self.vault();
        let audit = self.audit();
        let mail = self.mail();
        let sending = self.sending();
        let organisation = self.organisation();
        let sender = self.sender(organisation.as_ref());
        let policy = self.policy();
        let max_upload = self.number("limits.upload_mb", 1..=100);
        let log = self.log();
        let site = self.path("site.dir");
        Some(Config {
            server: server?,
            database: database?,
            vault: vault?,
            audit: audit.ok()?,
            mail: mail?,
            sending: sending?,
            sender: sender?,
            organisation: organisation?,
            policy: policy?,
            max_upload: max_upload? * MEGABYTE,
            log: log?,
            site: site?,
        })
    }

    fn server(&mut self) -> Option<Server> {
        let listen = self.parsed("server.listen", "write an address and a port, such as 127.0.0.1:8080");
        let public_url = self.text("server.public_url").and_then(|(text, place)| match text.parse() {
            Ok(url) => Some(url),
            Err(error) => self.wrong(place, "server.public_url", &text, error),
        });
        let trusted_proxies = self.list("server.trusted_proxies").and_then(|(items, place)| {
            let found: Option<Vec<IpNet>> = items.iter().map(|text| network(text)).collect();
            found.or_else(|| {
                let advice = "write addresses or networks, such as [\"10.0.0.5\", \"192.168.0.0/24\"]";
                self.wrong(place, "server.trusted_proxies", &items.join(", "), advice)
            })
        });
        Some(Server { listen: listen?, public_url: public_url?, trusted_proxies: trusted_proxies? })
    }

    fn database(&mut self) -> Option<Database> {
        let url = self.text("database.url");
        let password = self.secret("database.password_file", secret::read_password).ok()?;
        let (url, place) = url?;
        let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
        let url = match (url.strip_prefix("sqlite:"), password) {
            (Some(path), _) => format!("sqlite:{}", self.source.folder.join(path).display()),
            (None, Some(password)) if is_postgres => {
                let Some(url) = with_password(&url, &password) else {
                    let advice =
                        "with password_file it needs a user and no password: postgres://recant@db/recant";
                    return self.wrong(place, "database.url", "…", advice);
                };
                url
            }
            (None, None) if is_postgres => url,
            // Not shown: it may hold a password.
            (None, _) => {
                return self.wrong(
                    place,
                    "database.url",
                    "…",
                    "write sqlite:FILE or postgres://user@host/name",
                );
            }
        };
        Some(Database { url })
    }

    fn vault(&mut self) -> Option<Vault> {
        let days = self.number("vault.retention_days", 1..=3650);
        if !self.source.is_set("vault.key_file") {
            self.text("vault.key_file");
            return None;
        }
        let read = |file: &Path| Ok((file.to_owned(), secret::read_keys(file)?));
        let (key_file, ring) = self.secret("vault.key_file", read).ok()??;
        let key = MasterKey::from_source(ring, Arc::new(secret::KeyFile(key_file.clone())));
        Some(Vault { key, key_file, retention: Duration::from_secs(days? * DAY) })
    }

    fn sending(&mut self) -> Option<Sending> {
        let smtp = self.choice("sending.kind", &[("local", false), ("smtp", true)]);
        let outbox = if smtp == Some(false) { self.path("sending.outbox") } else { None };
        let server = self.smtp(smtp == Some(true));
        if smtp? { server.map(Sending::Smtp) } else { Some(Sending::Local { outbox: outbox? }) }
    }

    /// `recant` at the organisation's domain, unless another address is named.
    fn sender(&mut self, organisation: Option<&Organisation>) -> Option<EmailAddress> {
        if self.source.get("sending.from").is_some() {
            return self.parsed("sending.from", "write a mail address, such as recant@example.com");
        }
        let domain = &organisation?.mail_domain;
        format!("recant@{domain}").parse().ok().or_else(|| {
            let place = self.source.get("organisation.mail_domain")?.place;
            self.wrong(place, "organisation.mail_domain", domain, "write a domain, such as example.com")
        })
    }

    /// Checked also while it isn't used; only then `smtp.host` may be missing.
    fn smtp(&mut self, needed: bool) -> Option<SmtpConfig> {
        let host = if needed || self.source.is_set("smtp.host") { self.text("smtp.host") } else { None };
        let port = self.number("smtp.port", 1..=65535);
        let tls = [("starttls", SmtpTls::StartTls), ("direct", SmtpTls::Direct), ("none", SmtpTls::None)];
        let tls = self.choice("smtp.tls", &tls);
        let user = if self.source.is_set("smtp.user") { self.text("smtp.user") } else { None };
        let password = self.secret("smtp.password_file", secret::read_password);
        let authority = self.secret("smtp.authority_file", |file| Ok(std::fs::read(file)?));
        let timeout = self.number("smtp.timeout_seconds", 1..=600);
        let password = password.ok()?;
        if user.is_some() != password.is_some() {
            let what = "smtp.user and smtp.password_file belong together: set both or neither";
            self.source.problem(Place::File, what.to_owned());
        }
        Some(SmtpConfig {
            host: host?.0,
            port: u16::try_from(port?).ok()?,
            tls: tls?,
            login: user.zip(password).map(|((user, _), password)| SmtpLogin::new(user, password.as_str())),
            timeout: Duration::from_secs(timeout?),
            authority: authority.ok()?,
        })
    }

    fn organisation(&mut self) -> Option<Organisation> {
        let name = self.text("organisation.name");
        let time_zone = self.parsed(
            "organisation.time_zone",
            "write a name of the time zone database, such as Asia/Shanghai",
        );
        let mail_domain = self.text("organisation.mail_domain");
        Some(Organisation { name: name?.0, time_zone: time_zone?, mail_domain: mail_domain?.0 })
    }

    fn policy(&mut self) -> Option<Policy> {
        let mailboxes = self.number("policy.free_mailboxes", 0..=1_000_000);
        let minutes = self.number("policy.free_minutes", 0..=7 * 24 * 60);
        let freeze_first = self.flag("policy.freeze_first");
        let hours = self.number("policy.decision_hours", 1..=30 * 24);
        Some(Policy {
            free_mailboxes: usize::try_from(mailboxes?).ok()?,
            free_age: Duration::from_secs(minutes? * MINUTE),
            freeze_first: freeze_first?,
            decision_time: Duration::from_secs(hours? * HOUR),
        })
    }

    fn log(&mut self) -> Option<Log> {
        let format = self.choice("log.format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
        let level = self.text("log.level").and_then(|(text, place)| {
            match tracing_subscriber::EnvFilter::builder().parse(&text) {
                Ok(_) => Some(text),
                Err(_) => self.wrong(place, "log.level", &text, "write error, warn, info, debug or trace"),
            }
        });
        Some(Log { format: format?, filter: level? })
    }
}

/// One address is a network of its own.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// `postgres://user@host/name` with the password put in, percent-encoded (RFC 3986 §2.1).
fn with_password(url: &str, password: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (user, place) = rest.split_once('@')?;
    if user.is_empty() || user.contains([':', '/']) {
        return None;
    }
    let digits = hex::encode(password.as_bytes());
    let encoded: Vec<&str> =
        digits.as_bytes().chunks(2).filter_map(|pair| str::from_utf8(pair).ok()).collect();
    Some(format!("{scheme}://{user}:%{}@{place}", encoded.join("%")))
}
