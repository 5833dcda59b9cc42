//! Every key there is, with what it is when it isn't set. `docs/configuration.md` explains each of them.

/// One setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// `section.key`; the environment variable is `RECANT_SECTION__KEY`. `NAME` in the middle stands for any name:
    /// there can be several such sections.
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
    key("imap.NAME.host"),
    with("imap.NAME.port", "993"),
    with("imap.NAME.tls", "direct"),
    key("imap.NAME.authority_file"),
    with("imap.NAME.domains", ""),
    with("imap.NAME.mailboxes", ""),
    with("imap.NAME.login", "plain"),
    key("imap.NAME.admin"),
    key("imap.NAME.password_file"),
    key("imap.NAME.token_file"),
    with("imap.NAME.separator", "*"),
    with("imap.NAME.user", "{address}"),
    with("imap.NAME.left_out_folders", ""),
    with("imap.NAME.sessions", "8"),
    with("imap.NAME.timeout_seconds", "60"),
    with("imap.NAME.largest_mb", "100"),
    key("imap.NAME.read_log"),
    key("imap.NAME.check_mailbox"),
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

/// In the middle of a key: any name.
pub const NAME: &str = "NAME";

/// `imap.hq.host` is known as `imap.NAME.host`.
pub fn pattern(name: &str) -> String {
    match name.split('.').collect::<Vec<_>>().as_slice() {
        [section, _, key] => format!("{section}.{NAME}.{key}"),
        _ => name.to_owned(),
    }
}

pub fn find(name: &str) -> Option<Key> {
    let pattern = pattern(name);
    KEYS.iter().copied().find(|key| key.name == pattern)
}

/// Has this section a name of its own, so that there can be several?
pub fn is_named(section: &str) -> bool {
    KEYS.iter().any(|key| key.name.strip_prefix(section).is_some_and(|rest| rest.starts_with(".NAME.")))
}

/// `server.public_url` → `RECANT_SERVER__PUBLIC_URL`.
pub fn variable(name: &str) -> String {
    format!("RECANT_{}", name.replace('.', "__").to_uppercase())
}

/// The key that a variable sets: `RECANT_IMAP__HQ__HOST` → `imap.hq.host`.
pub fn of_variable(text: &str) -> Option<String> {
    KEYS.iter().find_map(|key| {
        let whole = variable(key.name);
        let Some((before, after)) = whole.split_once("NAME") else {
            return (whole == text).then(|| key.name.to_owned());
        };
        let name = text.strip_prefix(before)?.strip_suffix(after)?.to_lowercase();
        is_name(&name).then(|| key.name.replace(NAME, &name))
    })
}

/// As it can also be written in a variable.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.contains("__")
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
