use super::{check, *};
use std::{fs, os::unix::fs::PermissionsExt};
use tempfile::TempDir;

const GOOD: &str = r#"
[server]
public_url = "https://recant.example.com"
trusted_proxies = ["10.0.0.5", "192.168.0.0/24"]
[database]
url = "sqlite:recant.db"
[vault]
key_file = "vault.key"
[mail]
root = "/srv/mail"
[sending]
outbox = "outbox"
[organisation]
name = "Example"
mail_domain = "example.com"
time_zone = "Asia/Shanghai"
"#;

fn folder(config: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("recant.toml"), config).unwrap();
    fs::write(dir.path().join("vault.key"), "0f".repeat(32)).unwrap();
    fs::write(dir.path().join("password"), "p@ss/word\n").unwrap();
    let signer = domain::verify::note::Signer::new("recant.example.com/trail", [7; 32]).unwrap();
    fs::write(dir.path().join("audit.key"), signer.secret().unwrap()).unwrap();
    for (name, mode) in
        [("vault.key", 0o600), ("audit.key", 0o600), ("password", 0o600), ("recant.toml", 0o644)]
    {
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }
    dir
}

fn load(dir: &TempDir, variables: &[(&str, &str)]) -> Result<Config, Problems> {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::load(&dir.path().join("recant.toml"), variables)
}

fn problems(config: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let dir = folder(config);
    let Err(problems) = load(&dir, variables) else { panic!("no problem was found") };
    let file = format!("{}", dir.path().join("recant.toml").display());
    problems.to_string().lines().map(|line| line.replace(&file, "recant.toml")).collect()
}

#[test]
fn a_short_file_is_enough_and_paths_begin_beside_it() {
    let dir = folder(GOOD);
    let config = load(&dir, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.trusted_proxies.len(), 2);
    assert_eq!(config.database.url, format!("sqlite:{}", dir.path().join("recant.db").display()));
    assert!(matches!(&config.sending, Sending::Local { outbox } if *outbox == dir.path().join("outbox")));
    assert_eq!(config.policy, Policy::default());
    assert_eq!(config.max_upload, 30_000_000);
    assert!(config.mail.maildir.unwrap().sent_folders.contains(&"已发送".to_owned()));
    assert!(config.mail.servers.is_empty());
}

#[test]
fn variables_win_over_the_file() {
    let dir = folder(GOOD);
    let variables = [
        ("RECANT_SERVER__LISTEN", "[::1]:9000"),
        ("RECANT_POLICY__FREEZE_FIRST", "false"),
        ("RECANT_POLICY__FREE_MAILBOXES", "0"),
        ("RECANT_MAIL__SENT_FOLDERS", "Sent, 已发送"),
        ("RECANT_DATABASE__URL", "postgres://recant@db/recant"),
        ("RECANT_DATABASE__PASSWORD_FILE", "password"),
        ("RECANT_CONFIG", "not a key"),
        ("PATH", "/bin"),
    ];
    let config = load(&dir, &variables).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(config.server.listen.port(), 9000);
    assert!(!config.policy.freeze_first);
    assert_eq!(config.policy.free_mailboxes, 0);
    assert_eq!(config.mail.maildir.unwrap().sent_folders, ["Sent", "已发送"]);
    assert_eq!(config.database.url, "postgres://recant:%70%40%73%73%2f%77%6f%72%64@db/recant");
}

#[test]
fn every_problem_is_named_with_its_line() {
    let config = r#"[server]
listen = "here"
public_ulr = "https://x.example"
public_url = "http://recant.example.com"
[databse]
url = "mysql://root:secret@db"
[database]
url = "mysql://root:secret@db"
[vault]
key_file = "recant.toml"
[mail]
root = 7
[sending]
kind = "pigeon"
[organisation]
name = ""
time_zone = "Mars/Olympus"
[policy]
free_mailboxes = -1
freeze_first = "yes"
decision_hours = 1.5
[log]
level = "lo=ud=er"
"#;
    let found = problems(config, &[("RECANT_LIMITS__UPLOAD_MB", "lots"), ("RECANT_SERVER__PORT", "80")]);
    insta::assert_snapshot!(found.join("\n"));
    assert!(!found.join("").contains("secret"));
}

#[test]
fn a_broken_line_hides_nothing_else() {
    let found = problems("[server]\nlisten = = 1\n[log]\nformat = \"xml\"\n", &[]);
    assert!(found.iter().any(|line| line.starts_with("recant.toml, line 2:")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("recant.toml, line 4: log.format")), "{found:#?}");
    assert!(found.iter().any(|line| line.contains("server.public_url is missing")), "{found:#?}");
}

#[test]
fn smtp_needs_a_host_and_both_halves_of_a_login() {
    let smtp = GOOD.replace("outbox = \"outbox\"", "kind = \"smtp\"\n[smtp]\nuser = \"recant\"");
    let found = problems(&smtp, &[]);
    assert_eq!(found.len(), 2, "{found:#?}");
    let dir = folder(&smtp);
    let rest = [("RECANT_SMTP__HOST", "mail.example.com"), ("RECANT_SMTP__PASSWORD_FILE", "password")];
    let config = load(&dir, &rest).unwrap_or_else(|problems| panic!("{problems}"));
    let Sending::Smtp(smtp) = config.sending else { panic!("not smtp") };
    assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example.com", 587));
    assert!(!format!("{smtp:?}").contains("p@ss"));
}

#[test]
fn a_signed_trail_needs_a_key_and_a_file() {
    let dir = folder(GOOD);
    let unsigned = load(&dir, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(unsigned.audit.is_none());
    let both =
        [("RECANT_AUDIT__KEY_FILE", "audit.key"), ("RECANT_AUDIT__CHECKPOINT_FILE", "checkpoints.txt")];
    let witnesses = [
        ("RECANT_AUDIT__WITNESS_URL", "https://witness.example.com/add"),
        ("RECANT_AUDIT__WITNESS_MAIL", "witness@example.com"),
    ];
    let config = load(&dir, &[both, witnesses].concat()).unwrap_or_else(|problems| panic!("{problems}"));
    let audit = config.audit.unwrap();
    assert_eq!(audit.signer.name(), "recant.example.com/trail");
    assert_eq!(audit.checkpoint_file, dir.path().join("checkpoints.txt"));
    for half in [&both[..1], &both[1..], &witnesses[..1], &witnesses[1..]] {
        let found = problems(GOOD, half);
        assert!(found.len() == 1 && found[0].contains("belong together"), "{found:#?}");
    }
    let wrong = [
        ("RECANT_AUDIT__KEY_FILE", "vault.key"),
        ("RECANT_AUDIT__WITNESS_URL", "http://witness.example.com/"),
        ("RECANT_AUDIT__WITNESS_MAIL", "nobody"),
    ];
    let found = problems(GOOD, &[&both[1..], &wrong].concat());
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found.iter().any(|line| line.contains("recant key new FILE --signing NAME")), "{found:#?}");
    let here = [both[0], both[1], ("RECANT_AUDIT__WITNESS_URL", "http://127.0.0.1:9/add")];
    assert!(load(&dir, &here).is_ok());
}

#[test]
fn notifications_come_from_the_organisation_s_own_address() {
    let dir = folder(GOOD);
    let from = |variables| load(&dir, variables).map(|config| config.sender.to_string());
    assert_eq!(from(&[]).unwrap_or_else(|problems| panic!("{problems}")), "recant@example.com");
    let named = from(&[("RECANT_SENDING__FROM", "it@example.org")]);
    assert_eq!(named.unwrap_or_else(|problems| panic!("{problems}")), "it@example.org");
    let wrong = problems(&GOOD.replace("mail_domain = \"example.com\"", "mail_domain = \"of ours\""), &[]);
    assert_eq!(wrong.len(), 1, "{wrong:#?}");
    assert!(wrong[0].contains("organisation.mail_domain"), "{wrong:#?}");
    assert_eq!(problems(GOOD, &[("RECANT_SENDING__FROM", "nobody")]).len(), 1);
}

const HQ: &str = r#"
[imap.hq]
host = "imap.example.com"
domains = ["example.com", "Lab.example.com"]
admin = "recant"
password_file = "password"
"#;

#[test]
fn servers_stand_beside_the_maildirs_or_instead_of_them() {
    let dir = folder(&format!("{GOOD}{HQ}"));
    let variables = [
        ("RECANT_IMAP__BRANCH__HOST", "127.0.0.1"),
        ("RECANT_IMAP__BRANCH__TLS", "none"),
        ("RECANT_IMAP__BRANCH__PORT", "143"),
        ("RECANT_IMAP__BRANCH__MAILBOXES", "mei@example.com,lin@example.org"),
        ("RECANT_IMAP__BRANCH__LOGIN", "token"),
        ("RECANT_IMAP__BRANCH__TOKEN_FILE", "not/there/yet"),
        ("RECANT_IMAP__HQ__SESSIONS", "20"),
    ];
    let config = load(&dir, &variables).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.mail.maildir.is_some());
    let [branch, hq] = config.mail.servers.as_slice() else { panic!("two servers") };
    assert_eq!((branch.name.as_str(), branch.mailboxes.len(), branch.config.port), ("branch", 2, 143));
    assert_eq!((hq.config.host.as_str(), hq.config.port, hq.config.sessions), ("imap.example.com", 993, 20));
    assert_eq!(hq.domains, ["example.com", "lab.example.com"]);
    assert!(hq.config.sent_folders.contains(&"已发送".to_owned()));
    assert!(!format!("{:?}", hq.config).contains("p@ss"));
    let without = GOOD.replace("root = \"/srv/mail\"", "kind = \"imap\"");
    let dir = folder(&format!("{without}{HQ}"));
    let config = load(&dir, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    assert!(config.mail.maildir.is_none() && config.mail.servers.len() == 1);
    let none = problems(&without, &[]);
    assert!(none.len() == 1 && none[0].contains("[imap.main]"), "{none:#?}");
}

#[test]
fn every_problem_of_a_server_is_named_with_its_line() {
    let wrong = r#"[imap]
host = "a"
[imap.HQ]
host = "a"
[imap.empty]
[imap.one]
hots = "a"
host = "not a host"
port = 0
tls = "none"
user = "postmaster"
login = "master"
separator = "**"
mailboxes = ["nobody"]
domains = ["example.com"]
check_mailbox = "x"
[imap.two]
host = "b"
domains = ["EXAMPLE.com"]
admin = "recant"
password_file = "nowhere"
[imap.three]
host = "c"
domains = ["lab.test"]
login = "token"
"#;
    insta::assert_snapshot!(problems(&format!("{wrong}{GOOD}"), &[]).join("\n"));
    let twice = format!("{GOOD}{HQ}{}", HQ.replace("hq", "other"));
    let found = problems(&twice, &[]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found[0].contains("imap.hq and by imap.other"), "{found:#?}");
}

/// A key that is listed but never read would be a promise not kept; the other way round, one can't be set.
#[test]
fn every_listed_key_is_read() {
    let servers = "[smtp]\nhost = \"h\"\nuser = \"u\"\n[imap.hq]\nhost = \"h\"\ntoken_file = \"token\"\n";
    let dir = folder(&GOOD.replace("outbox = \"outbox\"", &format!("outbox = \"outbox\"\n{servers}")));
    let asked = check::asked(source::Source::read(&dir.path().join("recant.toml")));
    let listed: std::collections::BTreeSet<&str> = KEYS.iter().map(|key| key.name).collect();
    assert_eq!(asked, listed);
}

#[test]
fn the_documentation_names_every_key_and_no_other() {
    let text = include_str!("../../../docs/configuration.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let documented: Vec<(&str, String)> = rows
        .filter_map(|row| {
            let (name, rest) = row.split_once('`')?;
            let default = rest.split('|').nth(1)?.trim().trim_matches('`').to_owned();
            Some((name, default))
        })
        .collect();
    let real: Vec<(&str, String)> =
        KEYS.iter().map(|key| (key.name, key.default.unwrap_or("—").to_owned())).collect();
    let in_words = |default: String| if default.is_empty() { "(empty)".to_owned() } else { default };
    assert_eq!(
        documented,
        real.into_iter().map(|(name, default)| (name, in_words(default))).collect::<Vec<_>>()
    );
}
