//! Every key there is, with what it is when it isn't set. `docs/configuration.md` explains each of them.

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// `section.key`; the environment variable is `RECANT_SECTION__KEY`.
    pub name: &'static str,
    /// As it would be typed. None: must be set, or has no value by itself.
    pub default: Option<&'static str>,
}

const fn key(name: &'static str) -> Key {
    Key { name, default: None }
}

const fn with(name: &'static str, default: &'static str) -> Key {
    Key { name, default: Some(default) }
}

pub const KEYS: &[Key] = &[
    with("server.listen", "127.0.0.1:8080"),
    key("server.public_url"),
    with("server.trusted_proxies", ""),
    key("database.url"),
    key("database.password_file"),
    key("vault.key_file"),
    with("vault.retention_days", "30"),
    key("audit.key_file"),
    key("audit.checkpoint_file"),
    key("audit.witness_url"),
    key("audit.witness_mail"),
    with("mail.kind", "maildir"),
    key("mail.root"),
    with("mail.layout", "{domain}/{local}/Maildir"),
    with("mail.sent_folders", "Sent,Sent Items,Sent Messages,Sent Mail,已发送,已发送邮件,寄件備份"),
    with("mail.separator", "."),
    with("sending.kind", "local"),
    key("sending.outbox"),
    key("sending.from"),
    key("smtp.host"),
    with("smtp.port", "587"),
    with("smtp.tls", "starttls"),
    key("smtp.user"),
    key("smtp.password_file"),
    key("smtp.authority_file"),
    with("smtp.timeout_seconds", "60"),
    key("organisation.name"),
    with("organisation.time_zone", "UTC"),
    key("organisation.mail_domain"),
    with("policy.free_mailboxes", "10"),
    with("policy.free_minutes", "30"),
    with("policy.freeze_first", "true"),
    with("policy.decision_hours", "24"),
    with("limits.upload_mb", "30"),
    with("log.format", "text"),
    with("log.level", "info"),
    with("site.dir", "/usr/share/recant/site"),
];

pub fn find(name: &str) -> Option<Key> {
    KEYS.iter().copied().find(|key| key.name == name)
}

/// `server.public_url` → `RECANT_SERVER__PUBLIC_URL`.
pub fn variable(name: &str) -> String {
    format!("RECANT_{}", name.replacen('.', "__", 1).to_uppercase())
}
