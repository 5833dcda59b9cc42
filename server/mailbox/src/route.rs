//! Several mail systems as one: which of them keeps a mailbox is decided by its address, else by its domain.

use async_trait::async_trait;
use domain::{
    mail::EmailAddress,
    mail_system::{Capabilities, MailError, MailSession, MailSystem},
};
use std::{collections::HashMap, sync::Arc};

/// One of them, with what it keeps.
pub struct Served {
    /// Told by the doctor and in errors.
    pub name: String,
    pub system: Arc<dyn MailSystem>,
    /// In small letters.
    pub domains: Vec<String>,
    pub mailboxes: Vec<EmailAddress>,
}

pub struct Routes {
    all: Vec<Served>,
    by_mailbox: HashMap<EmailAddress, usize>,
    by_domain: HashMap<String, usize>,
    /// Keeps everything that nobody else does.
    rest: Option<Arc<dyn MailSystem>>,
}

impl Routes {
    /// Where two claim the same, the first has it; the configuration doesn't let that happen.
    pub fn new(all: Vec<Served>, rest: Option<Arc<dyn MailSystem>>) -> Self {
        let (mut by_mailbox, mut by_domain) = (HashMap::new(), HashMap::new());
        for (at, served) in all.iter().enumerate() {
            for mailbox in &served.mailboxes {
                by_mailbox.entry(mailbox.clone()).or_insert(at);
            }
            for domain in &served.domains {
                by_domain.entry(domain.to_lowercase()).or_insert(at);
            }
        }
        Self { all, by_mailbox, by_domain, rest }
    }

    fn of(&self, mailbox: &EmailAddress) -> Option<&dyn MailSystem> {
        let at =
            self.by_mailbox.get(mailbox).or_else(|| self.by_domain.get(&mailbox.domain().to_lowercase()));
        at.and_then(|at| self.all.get(*at))
            .map(|served| &served.system)
            .or(self.rest.as_ref())
            .map(AsRef::as_ref)
    }

    fn every(&self) -> impl Iterator<Item = &Arc<dyn MailSystem>> {
        self.all.iter().map(|served| &served.system).chain(&self.rest)
    }
}

#[async_trait]
impl MailSystem for Routes {
    /// What all of them can do.
    fn capabilities(&self) -> Capabilities {
        let each: Vec<Capabilities> = self.every().map(|system| system.capabilities()).collect();
        Capabilities {
            name: "several",
            race_free_removal: each.iter().all(|one| one.race_free_removal),
            keeps_keywords: each.iter().all(|one| one.keeps_keywords),
            read_evidence: each.iter().map(|one| one.read_evidence).max().unwrap_or_default(),
        }
    }

    async fn open(&self, mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
        let system = self.of(mailbox).ok_or_else(|| MailError::NoSuchMailbox(mailbox.clone()))?;
        system.open(mailbox).await
    }

    async fn exists(&self, mailbox: &EmailAddress) -> Result<bool, MailError> {
        match self.of(mailbox) {
            Some(system) => system.exists(mailbox).await,
            None => Ok(false),
        }
    }

    /// All are asked, so that all that is wrong is told at once.
    async fn check(&self) -> Result<String, MailError> {
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for served in &self.all {
            match served.system.check().await {
                Ok(told) => good.push(format!("{}: {told}", served.name)),
                Err(error) => bad.push(format!("{}: {}", served.name, reason(error))),
            }
        }
        if let Some(rest) = &self.rest {
            match rest.check().await {
                Ok(told) => good.push(told),
                Err(error) => bad.push(reason(error)),
            }
        }
        if bad.is_empty() { Ok(good.join("\n")) } else { Err(MailError::Other(bad.join("\n"))) }
    }
}

fn reason(error: MailError) -> String {
    match error {
        MailError::Denied(reason) | MailError::Other(reason) => reason,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::mail_system::ReadEvidence;

    /// Knows only its name.
    struct Named(&'static str, bool);

    #[async_trait]
    impl MailSystem for Named {
        fn capabilities(&self) -> Capabilities {
            let read_evidence = if self.1 { ReadEvidence::FlagsAndLog } else { ReadEvidence::Flags };
            Capabilities { name: self.0, race_free_removal: self.1, keeps_keywords: true, read_evidence }
        }

        async fn open(&self, _mailbox: &EmailAddress) -> Result<Box<dyn MailSession>, MailError> {
            Err(MailError::Other(self.0.into()))
        }

        async fn exists(&self, _mailbox: &EmailAddress) -> Result<bool, MailError> {
            Ok(true)
        }

        async fn check(&self) -> Result<String, MailError> {
            if self.1 {
                Ok(format!("{} is fine", self.0))
            } else {
                Err(MailError::Other(format!("{} is down", self.0)))
            }
        }
    }

    fn served(name: &'static str, good: bool, domains: &[&str], mailboxes: &[&str]) -> Served {
        Served {
            name: name.into(),
            system: Arc::new(Named(name, good)),
            domains: domains.iter().map(|domain| (*domain).to_owned()).collect(),
            mailboxes: mailboxes.iter().map(|mailbox| mailbox.parse().unwrap()).collect(),
        }
    }

    async fn keeper(routes: &Routes, mailbox: &str) -> String {
        routes.open(&mailbox.parse().unwrap()).await.err().unwrap().to_string()
    }

    #[tokio::test]
    async fn an_address_wins_over_its_domain_and_the_rest_has_a_keeper() {
        let all = || {
            vec![
                served("hq", true, &["hq.test", "Lab.test"], &[]),
                served("old", true, &[], &["mei@hq.test"]),
            ]
        };
        let routes = Routes::new(all(), Some(Arc::new(Named("files", true))));
        assert!(keeper(&routes, "mei@hq.test").await.ends_with("old"));
        assert!(keeper(&routes, "lin@hq.test").await.ends_with("hq"));
        assert!(keeper(&routes, "lin@LAB.test").await.ends_with("hq"));
        assert!(keeper(&routes, "lin@elsewhere.test").await.ends_with("files"));
        let alone = Routes::new(all(), None);
        let nobody = "lin@elsewhere.test".parse().unwrap();
        assert!(matches!(alone.open(&nobody).await, Err(MailError::NoSuchMailbox(_))));
        assert!(!alone.exists(&nobody).await.unwrap());
    }

    #[tokio::test]
    async fn each_is_checked_and_the_weakest_decides() {
        let routes = Routes::new(vec![served("a", true, &[], &[]), served("b", true, &[], &[])], None);
        assert_eq!(routes.check().await.unwrap(), "a: a is fine\nb: b is fine");
        assert!(routes.capabilities().race_free_removal);
        assert_eq!(routes.capabilities().read_evidence, ReadEvidence::FlagsAndLog);
        let routes = Routes::new(vec![served("a", false, &[], &[]), served("b", true, &[], &[])], None);
        assert_eq!(routes.check().await.unwrap_err().to_string(), "mail system: a: a is down");
        assert!(!routes.capabilities().race_free_removal);
        assert_eq!(routes.capabilities().read_evidence, ReadEvidence::Flags);
    }
}
