//! The sections mail and `imap.NAME`: which mail systems keep which mailboxes.

use super::{
    check::{Check, MEGABYTE},
    problem::Place,
    secret,
};
use domain::mail::EmailAddress;
use mailbox::{
    imap::{ImapConfig, ImapSystem, Login, Tls},
    maildir::{MaildirConfig, MaildirSystem},
};
use std::{collections::HashMap, net::IpAddr, time::Duration};

pub struct Mail {
    /// Keeps every mailbox that no server does.
    pub maildir: Option<MaildirConfig>,
    pub servers: Vec<ImapServer>,
}

pub struct ImapServer {
    pub name: String,
    pub config: ImapConfig,
    /// In small letters.
    pub domains: Vec<String>,
    pub mailboxes: Vec<EmailAddress>,
}

#[derive(Clone, Copy)]
enum Way {
    Plain,
    Master,
    Token,
}

impl Check {
    pub(super) fn mail(&mut self) -> Option<Mail> {
        let with_files = self.choice("mail.kind", &[("maildir", true), ("imap", false)]);
        let sent_folders = self.list("mail.sent_folders").map(|(names, _)| names);
        let maildir = match with_files {
            Some(false) => Some(None),
            _ => self.maildir(sent_folders.as_deref()).map(Some),
        };
        let sections = self.source.sections.clone();
        let mut servers = Some(Vec::new());
        for (section, place) in &sections {
            let name = section.strip_prefix("imap.").unwrap_or(section).to_owned();
            self.source.named = Some(name.clone());
            let server = self.imap(name, place, sent_folders.as_deref());
            self.source.named = None;
            servers = servers.zip(server).map(|(mut servers, server)| {
                servers.push(server);
                servers
            });
        }
        self.one_keeper_each(servers.as_deref().unwrap_or_default());
        if with_files == Some(false) && sections.is_empty() {
            let what = "mail.kind is imap, but there is no server: add a section [imap.main]";
            self.source.problem(Place::File, what.to_owned());
        }
        Some(Mail { maildir: maildir?, servers: servers? })
    }

    fn maildir(&mut self, sent_folders: Option<&[String]>) -> Option<MaildirConfig> {
        let root = self.path("mail.root");
        let layout = self.text("mail.layout");
        let separator = self.parsed("mail.separator", "write one character, such as . or /");
        let (layout, place) = layout?;
        let config = MaildirConfig {
            layout: layout.clone(),
            sent_folders: sent_folders?.to_vec(),
            separator: separator?,
            ..MaildirConfig::new(root?)
        };
        match MaildirSystem::new(config.clone()) {
            Ok(_) => Some(config),
            Err(error) => self.wrong(place, "mail.layout", &layout, error),
        }
    }

    fn imap(&mut self, name: String, section: &Place, sent_folders: Option<&[String]>) -> Option<ImapServer> {
        let host = self.text("imap.NAME.host");
        let port = self.number("imap.NAME.port", 1..=65535);
        let tls = self.imap_tls(host.as_ref().map(|(host, _)| host.as_str()));
        let authority = self.secret("imap.NAME.authority_file", |file| Ok(std::fs::read(file)?));
        let (domains, mailboxes) = self.kept(section);
        let login = self.login();
        let user = self.user();
        let left_out = self.list("imap.NAME.left_out_folders");
        let sessions = self.number("imap.NAME.sessions", 1..=200);
        let timeout = self.number("imap.NAME.timeout_seconds", 1..=600);
        let largest = self.number("imap.NAME.largest_mb", 1..=1024);
        let read_log = match self.source.get("imap.NAME.read_log") {
            None => Some(None),
            Some(_) => self.path("imap.NAME.read_log").map(Some),
        };
        let check = match self.source.get("imap.NAME.check_mailbox") {
            None => Some(None),
            Some(_) => {
                self.parsed("imap.NAME.check_mailbox", "write an address, such as it@example.com").map(Some)
            }
        };
        let (host, place) = host?;
        let config = ImapConfig {
            port: u16::try_from(port?).ok()?,
            tls: tls?,
            authority: authority.ok()?,
            user: user?,
            sent_folders: sent_folders?.to_vec(),
            left_out: left_out?.0,
            sessions: usize::try_from(sessions?).ok()?,
            timeout: Duration::from_secs(timeout?),
            largest: usize::try_from(largest? * MEGABYTE).ok()?,
            read_log: read_log?,
            check: check?,
            ..ImapConfig::new(host.clone(), login?)
        };
        match ImapSystem::new(config.clone()) {
            Ok(_) => Some(ImapServer { name, config, domains: domains?, mailboxes: mailboxes? }),
            Err(error) => self.wrong(place, "imap.NAME.host", &host, error),
        }
    }

    /// The server is sure of the network up to here alone.
    fn imap_tls(&mut self, host: Option<&str>) -> Option<Tls> {
        let ways = [("direct", Tls::Direct), ("starttls", Tls::StartTls), ("none", Tls::None)];
        let tls = self.choice("imap.NAME.tls", &ways)?;
        let here = |host: &str| host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        if tls == Tls::None && !host.is_some_and(here) {
            let place = self.source.get("imap.NAME.tls")?.place;
            return self.wrong(
                place,
                "imap.NAME.tls",
                "none",
                "without TLS only a server on this machine is used",
            );
        }
        Some(tls)
    }

    fn kept(&mut self, section: &Place) -> (Option<Vec<String>>, Option<Vec<EmailAddress>>) {
        let domains = self.list("imap.NAME.domains").map(|(domains, _)| domains);
        let mailboxes = self.list("imap.NAME.mailboxes").and_then(|(texts, place)| {
            let parsed: Option<Vec<EmailAddress>> = texts.iter().map(|text| text.parse().ok()).collect();
            let advice = "write addresses, such as [\"mei@example.com\"]";
            parsed.or_else(|| self.wrong(place, "imap.NAME.mailboxes", &texts.join(", "), advice))
        });
        if domains.as_ref().is_some_and(Vec::is_empty) && mailboxes.as_ref().is_some_and(Vec::is_empty) {
            let name = self.source.full("imap.NAME");
            let what = format!("{name} keeps no mailbox: set {name}.domains or {name}.mailboxes");
            self.source.problem(section.clone(), what);
        }
        (domains.map(|domains| domains.iter().map(|domain| domain.to_lowercase()).collect()), mailboxes)
    }

    fn login(&mut self) -> Option<Login> {
        let ways = [("plain", Way::Plain), ("master", Way::Master), ("token", Way::Token)];
        let way = self.choice("imap.NAME.login", &ways);
        let separator = self.parsed("imap.NAME.separator", "write one character, such as *");
        let password = self.secret("imap.NAME.password_file", secret::read_password);
        if matches!(way, Some(Way::Token)) || self.source.is_set("imap.NAME.token_file") {
            // Another program writes it; it may not be there yet.
            let file = self.path("imap.NAME.token_file");
            if matches!(way, Some(Way::Token)) {
                return Some(Login::Token { file: file? });
            }
        }
        let admin = self.text("imap.NAME.admin");
        let password = password.ok()?;
        if password.is_none() {
            // Says that it is missing.
            self.text("imap.NAME.password_file");
        }
        let ((admin, _), password) = (admin?, password?);
        Some(match way? {
            Way::Master => Login::Master { admin, separator: separator?, password },
            Way::Plain | Way::Token => Login::Plain { admin, password },
        })
    }

    fn user(&mut self) -> Option<String> {
        let (user, place) = self.text("imap.NAME.user")?;
        if user.contains("{address}") || user.contains("{local}") {
            return Some(user);
        }
        let advice = "it names everybody alike: write {address}, or {local} with whatever belongs around it";
        self.wrong(place, "imap.NAME.user", &user, advice)
    }

    fn one_keeper_each(&mut self, servers: &[ImapServer]) {
        let mut keepers: HashMap<String, &str> = HashMap::new();
        for server in servers {
            let mailboxes = server.mailboxes.iter().map(ToString::to_string);
            for kept in server.domains.iter().cloned().chain(mailboxes) {
                if let Some(other) = keepers.insert(kept.clone(), &server.name) {
                    let what =
                        format!("{kept} is kept by imap.{other} and by imap.{}: name it once", server.name);
                    self.source.problem(Place::File, what);
                }
            }
        }
    }
}
