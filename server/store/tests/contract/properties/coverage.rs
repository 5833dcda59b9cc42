//! No method of a port is left out.

use std::{collections::BTreeSet, fs, path::Path};

/// Ports that aren't part of a transaction; their stories are elsewhere.
const NOT_IN_A_SCRIPT: [&str; 3] = ["Store", "Enlisted", "Tx"];

fn files(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn methods(source: &str) -> BTreeSet<String> {
    let mut port = String::new();
    let mut methods = BTreeSet::new();
    let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned();
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("pub trait ") {
            port = name(rest);
        } else if let Some(rest) = line.trim_start().strip_prefix("async fn ")
            && !NOT_IN_A_SCRIPT.contains(&port.as_str())
        {
            methods.insert(name(rest));
        }
    }
    methods
}

#[test]
fn scripts_call_every_method() {
    let ports = include_str!("../../../../domain/src/store.rs").to_owned() + &files("../domain/src/store");
    let (methods, scripts) = (methods(&ports), files("tests/contract/properties"));
    assert!(methods.len() > 80, "only {} methods were found", methods.len());
    let left_out: Vec<_> =
        methods.iter().filter(|method| !scripts.contains(&format!("tx.{method}("))).collect();
    assert!(left_out.is_empty(), "no script calls {left_out:?}");
}
