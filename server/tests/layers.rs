//! Dependencies point one way (design.md §5): a rule for each crate that is earned by one.
#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

/// Our crates, each with what it depends on directly.
fn dependencies(with_tests: bool) -> BTreeMap<String, BTreeSet<String>> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline", "--manifest-path"])
        .arg(manifest)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let name = |value: &Value| value["name"].as_str().unwrap().to_owned();
    let counts = |dependency: &&Value| with_tests || dependency["kind"] != "dev";
    let uses = |package: &Value| {
        package["dependencies"].as_array().unwrap().iter().filter(counts).map(name).collect()
    };
    metadata["packages"].as_array().unwrap().iter().map(|package| (name(package), uses(package))).collect()
}

/// Everything that `package` reaches through our own crates.
fn reach(all: &BTreeMap<String, BTreeSet<String>>, package: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![package.to_owned()];
    while let Some(next) = open.pop() {
        for dependency in all.get(&next).into_iter().flatten() {
            if found.insert(dependency.clone()) {
                open.push(dependency.clone());
            }
        }
    }
    found
}

#[test]
fn each_kind_of_outside_world_has_one_crate() {
    let all = dependencies(true);
    for (library, allowed) in [
        ("sqlx", &["store"][..]),
        ("sea-query", &["store"]),
        ("sea-query-sqlx", &["store"]),
        ("lettre", &["mailer"]),
        ("imap-codec", &["mailbox"]),
        ("tokio-rustls", &["mailbox"]),
        ("maildir", &["mailbox"]),
        ("leptos", &["app", "frontend", "server"]),
        ("leptos_router", &["app", "frontend", "server"]),
        ("axum", &["app", "server"]),
        ("tower-sessions", &["app", "server"]),
        ("ed25519-dalek", &["verify"]),
    ] {
        let users: Vec<&String> =
            all.iter().filter(|(_, uses)| uses.contains(library)).map(|(name, _)| name).collect();
        let stray: Vec<&&String> = users.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
        assert!(stray.is_empty(), "{library} is used in {stray:?}; it belongs in {allowed:?}");
    }
}

#[test]
fn nobody_depends_upwards() {
    // Tests may know more.
    let all = dependencies(false);
    for (package, forbidden) in [
        ("shared", &["domain", "app", "server", "store", "mailbox", "mailer", "engine", "testkit"][..]),
        ("domain", &["app", "server", "store", "mailbox", "mailer", "engine", "leptos", "axum", "reqwest"]),
        ("app", &["server", "store", "mailbox", "mailer", "engine"]),
        ("frontend", &["server", "domain", "store"]),
        ("store", &["app", "server", "engine", "mailbox", "mailer"]),
        ("mailbox", &["app", "server", "engine", "store", "mailer"]),
        ("mailer", &["app", "server", "engine", "store"]),
        ("testkit", &["app", "server"]),
        // What kills, breaks or pretends is never part of what is shipped.
        ("server", &["crash", "testkit"]),
        ("crash", &["app", "server"]),
        // An outsider reads and builds it alone.
        (
            "verify",
            &[
                "shared",
                "domain",
                "store",
                "app",
                "server",
                "mailbox",
                "mailer",
                "engine",
                "sqlx",
                "tokio",
                "reqwest",
                "chacha20poly1305",
            ],
        ),
    ] {
        // The frontend's way to the domain is behind a feature of `app` that it never turns on.
        let reached = if package == "frontend" { all[package].clone() } else { reach(&all, package) };
        let wrong: Vec<&&str> = forbidden.iter().filter(|name| reached.contains(**name)).collect();
        assert!(wrong.is_empty(), "{package} reaches {wrong:?}");
    }
}
