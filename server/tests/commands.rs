//! The program as an operator meets it: what it prints, what it refuses, how it exits.
#![expect(clippy::unwrap_used, reason = "a story that can't go on must fail, in its helpers too")]

use domain::verify::{
    export,
    note::{Key, Signer},
    text::base64,
};
use server::demo::{self, AccountKind, accounts};
use std::{
    fs,
    io::Write as _,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;
use testkit::postgres::Postgres;

struct Machine(TempDir);

impl Machine {
    /// A configuration, a key, and folders; no people yet.
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        for folder in ["mail", "site"] {
            fs::create_dir(machine.0.path().join(folder)).unwrap();
        }
        machine.write("site/hash.txt", "js: a\nwasm: b\ncss: c\n");
        machine.write(
            "recant.toml",
            "[server]\npublic_url = \"https://recant.example\"\n[database]\nurl = \"sqlite:recant.db\"\n\
             [vault]\nkey_file = \"vault.key\"\n[mail]\nroot = \"mail\"\n[sending]\noutbox = \"outbox\"\n\
             [organisation]\nname = \"Chengyu\"\nmail_domain = \"chengyu.example\"\n[site]\ndir = \"site\"\n\
             [audit]\nkey_file = \"audit.key\"\ncheckpoint_file = \"checkpoints.txt\"\n",
        );
        assert!(machine.recant(&["key", "new", "vault.key"], "").status.success());
        machine.says(&["key", "new", "audit.key", "--signing", "recant.example/trail"], "");
        machine
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.path().join(name)).unwrap()
    }

    fn recant(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_recant"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_remove("RECANT_CONFIG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What is printed when it works.
    fn says(&self, arguments: &[&str], input: &str) -> String {
        let output = self.recant(arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is printed when it exits with 1.
    fn refuses(&self, arguments: &[&str], input: &str) -> String {
        let output = self.recant(arguments, input);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap()
    }
}

fn employee() -> &'static str {
    accounts().into_iter().find(|account| account.kind == AccountKind::Employee).unwrap().address
}

#[test]
fn an_organisation_comes_in_whole_or_not_at_all() {
    let machine = Machine::new();
    let good = demo::organisation(7);
    machine.write("wrong.toml", &good.replacen("language = \"en\"", "language = \"xx\"", 2));
    let told = machine.refuses(&["org", "import", "wrong.toml"], "");
    assert_eq!(
        told.lines().filter(|line| line.contains("wrong.toml, line ") && line.contains("\"xx\"")).count(),
        2,
        "{told}"
    );
    assert!(told.contains("2 problems; nothing was changed"), "{told}");
    assert_eq!(machine.says(&["user", "list"], "").lines().count(), 1, "nobody but the header");
    machine.write("good.toml", &good);
    let told = machine.says(&["org", "import", "good.toml"], "");
    assert!(told.starts_with("61 people added, 0 changed, 0 deactivated"), "{told}");
    let again = machine.says(&["org", "import", "good.toml"], "");
    assert!(again.starts_with("0 people added, 0 changed, 0 deactivated"), "{again}");
    assert!(machine.refuses(&["org", "import", "people.pdf"], "").contains(".toml"));
}

#[test]
fn passwords_are_for_people_of_the_directory() {
    let machine = Machine::new();
    machine.write("org.toml", &demo::organisation(7));
    machine.says(&["org", "import", "org.toml"], "");
    let told = machine.refuses(&["user", "add", "nobody@chengyu.example"], "a long password\n");
    assert!(told.contains("org import"), "{told}");
    assert!(machine.refuses(&["user", "add", employee()], "short\n").contains("at least 10"));
    let told = machine.says(&["user", "add", employee()], "a long password\n");
    assert!(told.contains(employee()) && !told.contains("a long password"), "{told}");
    assert!(machine.refuses(&["user", "add", employee()], "another password\n").contains("user passwd"));
    let told = machine.says(&["user", "passwd", employee(), "--generate"], "");
    assert!(told.lines().any(|line| line.starts_with("password: ") && line.len() > 30), "{told}");
    let list = machine.says(&["user", "list"], "");
    assert_eq!(list.lines().filter(|line| line.ends_with("yes")).count(), 1, "{list}");
    let hers = format!("address = {:?}\n", employee());
    machine.write("left.toml", &demo::organisation(7).replacen(&hers, &format!("{hers}active = false\n"), 1));
    machine.says(&["org", "import", "left.toml"], "");
    let told = machine.refuses(&["user", "passwd", employee()], "a long password\n");
    assert!(told.contains("somebody who left"), "{told}");
}

#[test]
fn a_changed_trail_is_found_out() {
    let machine = Machine::new();
    machine.write("org.toml", &demo::organisation(7));
    machine.says(&["org", "import", "org.toml"], "");
    machine.says(&["user", "add", employee()], "a long password\n");
    let told = machine.says(&["audit", "verify"], "");
    assert!(told.starts_with("2 entries, head "), "{told}");
    let database = machine.0.path().join("recant.db");
    let mut bytes = fs::read(&database).unwrap();
    let place =
        bytes.windows(10).position(|window| window == b"\"added\":61").expect("the entry in the file");
    bytes[place + 9] = b'2';
    fs::write(&database, bytes).unwrap();
    let told = machine.refuses(&["audit", "verify"], "");
    assert!(told.contains("entry 1 was changed"), "{told}");
}

/// The database is put back to what it was; the file of checkpoints knows better.
#[test]
fn a_database_that_was_rolled_back_is_found_out() {
    let machine = Machine::new();
    machine.write("org.toml", &demo::organisation(7));
    machine.says(&["org", "import", "org.toml"], "");
    let signer: Signer = machine.read("audit.key").parse().unwrap();
    let text = signer.sign(&format!("recant.example/trail\n5\n{}\n", base64(&[7; 32]))).unwrap();
    machine.write("checkpoints.txt", &text);
    let told = machine.refuses(&["audit", "verify"], "");
    assert!(told.contains("entries 2 to 5 are missing. The database was rolled back"), "{told}");
}

#[test]
fn an_export_is_for_everybody_to_check() {
    let machine = Machine::new();
    machine.write("org.toml", &demo::organisation(7));
    machine.says(&["org", "import", "org.toml"], "");
    machine.says(&["user", "add", employee()], "a long password\n");
    assert_eq!(machine.says(&["audit", "export", "trail.jsonl"], ""), "trail.jsonl: 2 entries\n");
    let printed = machine.says(&["audit", "export"], "");
    assert_eq!(
        printed.lines().skip(1).collect::<Vec<_>>(),
        machine.read("trail.jsonl").lines().skip(1).collect::<Vec<_>>()
    );
    let key: Key = machine.read("audit.key.pub").parse().unwrap();
    let report = export::read(printed.as_bytes()).examine(&[key]);
    assert_eq!((report.entries, report.findings), (2, vec![]));
    let changed = printed.replace("org.imported", "org.exported");
    assert_eq!(export::read(changed.as_bytes()).examine(&[]).findings.len(), 1);
}

#[test]
fn the_doctor_says_what_to_do() {
    let machine = Machine::new();
    let told = machine.refuses(&["doctor"], "");
    assert!(told.contains("WRONG  database") && told.contains("recant migrate"), "{told}");
    assert!(machine.says(&["migrate"], "").contains("up to date"));
    let told = machine.refuses(&["doctor"], "");
    assert!(told.contains("WRONG  people") && told.contains("recant org import"), "{told}");
    machine.write("org.toml", &demo::organisation(7));
    machine.says(&["org", "import", "org.toml"], "");
    for account in accounts() {
        let (local, domain) = account.address.split_once('@').unwrap();
        for place in ["cur", "new", "tmp"] {
            fs::create_dir_all(machine.0.path().join(format!("mail/{domain}/{local}/Maildir/{place}")))
                .unwrap();
        }
    }
    let told = machine.says(&["doctor"], "");
    assert!(told.contains("everything is in order"), "{told}");
    fs::remove_file(machine.0.path().join("vault.key")).unwrap();
    let told = machine.refuses(&["doctor"], "");
    assert!(told.contains("WRONG  configuration") && told.contains("line 6: vault.key_file"), "{told}");
}

#[test]
fn a_key_is_never_written_over() {
    let machine = Machine::new();
    let before = fs::read(machine.0.path().join("vault.key")).unwrap();
    assert!(machine.refuses(&["key", "new", "vault.key"], "").contains("vault.key can't be made"));
    assert_eq!(fs::read(machine.0.path().join("vault.key")).unwrap(), before);
    let told = machine.refuses(&["key", "new", "audit.key", "--signing", "x"], "");
    assert!(told.contains("audit.key can't be made"), "{told}");
    assert!(machine.refuses(&["key", "new", "other.key", "--signing", "a b"], "").contains("without blanks"));
}

/// Two processes on one file would each believe to be the only engine.
#[test]
fn a_second_portal_on_the_same_file_is_refused() {
    let machine = Machine::new();
    machine.says(&["migrate"], "");
    let lock = fs::File::create(machine.0.path().join("recant.db-engine")).unwrap();
    lock.lock().unwrap();
    let told = machine.refuses(&["serve"], "");
    assert!(told.contains("another Recant is at work on"), "{told}");
}

/// Rotated, wrapped again, pruned: each step says what comes next, and the portal's check agrees with it.
#[test]
fn the_vaults_key_is_changed_in_three_steps() {
    let machine = Machine::new();
    machine.says(&["migrate"], "");
    let before = machine.says(&["vault", "status"], "");
    assert!(before.contains("first in the key file"), "{before}");
    let told = machine.says(&["key", "rotate", "vault.key"], "");
    assert!(told.contains("1 older kept") && told.contains("recant vault rewrap"), "{told}");
    let told = machine.refuses(&["vault", "prune"], "");
    assert!(told.contains("run `recant vault rewrap` first"), "{told}");
    let told = machine.says(&["vault", "rewrap"], "");
    assert!(told.contains("0 case keys") && told.contains("recant vault prune"), "{told}");
    assert!(machine.says(&["vault", "prune"], "").contains("taken out"));
    assert!(machine.says(&["vault", "prune"], "").contains("no old keys"));
    let lines = fs::read_to_string(machine.0.path().join("vault.key")).unwrap().lines().count();
    assert_eq!(lines, 1);
    // The old file is put back by mistake.
    machine.says(&["key", "rotate", "vault.key"], "");
    let rotated = fs::read_to_string(machine.0.path().join("vault.key")).unwrap();
    machine.says(&["vault", "rewrap"], "");
    let reversed: Vec<&str> = rotated.lines().rev().collect();
    machine.write("vault.key", &reversed.join("\n"));
    let config = fs::read_to_string(machine.0.path().join("recant.toml")).unwrap();
    machine.write("recant.toml", &config.replacen("[server]", "[server]\nlisten = \"127.0.0.1:0\"", 1));
    for command in [["serve"].as_slice(), &["doctor"], &["vault", "rewrap"]] {
        let told = machine.refuses(command, "");
        assert!(told.contains("use the newer key file") && told.contains("Nothing was touched"), "{told}");
    }
}

#[test]
fn the_engine_is_stopped_without_a_browser() {
    let machine = Machine::new();
    machine.says(&["migrate"], "");
    assert_eq!(machine.says(&["engine", "status"], ""), "running\n");
    assert!(machine.refuses(&["engine", "start"], "").contains("running already"));
    assert!(machine.refuses(&["engine", "stop", "--reason", " "], "").contains("say why"));
    let told = machine.says(&["engine", "stop", "--reason", "mail server moves"], "");
    assert!(told.contains("nothing was under way"), "{told}");
    let told = machine.refuses(&["engine", "status"], "");
    assert!(told.contains("by the command line: mail server moves"), "{told}");
    assert!(machine.refuses(&["engine", "stop", "--reason", "again"], "").contains("stopped before"));
    machine.says(&["engine", "start"], "");
    assert!(machine.says(&["audit", "verify"], "").starts_with("2 entries"));
}

/// As two replicas do that are started together. What a killed one leaves: server/store/tests/contract/migrating.rs.
#[test]
fn two_can_migrate_at_once() {
    let database = Postgres::shared().unwrap().map(|server| server.create_database().unwrap());
    let server = database.iter().map(|database| database.url().to_owned());
    for url in server.chain(["sqlite:recant.db".to_owned()]) {
        let machine = Machine::new();
        machine.write("recant.toml", &machine.read("recant.toml").replace("sqlite:recant.db", &url));
        assert!(!machine.0.path().join("recant.db").exists(), "it isn't empty");
        let both = std::thread::scope(|scope| {
            let other = scope.spawn(|| machine.recant(&["migrate"], ""));
            [machine.recant(&["migrate"], ""), other.join().unwrap()]
        });
        for output in both {
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            assert!(String::from_utf8_lossy(&output.stdout).contains("up to date"));
        }
    }
}
