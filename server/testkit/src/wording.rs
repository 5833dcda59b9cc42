//! Notifications without sentences, for tests that have no catalogues: what was told, as a line.

use domain::{
    mailer::MailContent,
    notify::{Facts, Wording},
};

pub struct Plain;

impl Wording for Plain {
    fn write(&self, facts: &Facts<'_>) -> MailContent {
        MailContent {
            subject: format!("{} {}", facts.kind, facts.number),
            text: facts.link.clone(),
            attachments: Vec::new(),
        }
    }
}
