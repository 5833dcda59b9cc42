//! `recant-verify` as somebody who has nothing but an export and a key meets it.
#![expect(clippy::unwrap_used, reason = "a story that can't go on must fail, in its helpers too")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use verify::{
    checkpoint,
    entry::{Entry, GENESIS},
    export::{self, Head, Line},
    note::Signer,
    tree::Frontier,
};

/// Exit status and what was said.
fn asked(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_recant-verify")).args(arguments).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), said)
}

/// A place for one test's files.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn signer() -> Signer {
    Signer::new("recant.example/trail", [7; 32]).unwrap()
}

/// Five entries; checkpoints of these sizes, if there are as many.
fn write(file: &Path, count: i64, sizes: &[u64]) -> Vec<String> {
    let mut tree = Frontier::default();
    let mut previous = GENESIS;
    let mut lines = Vec::new();
    let mut texts = Vec::new();
    for seq in 1..=count {
        let mut entry = Entry {
            seq,
            at: seq,
            actor: None,
            action: "copy.held".into(),
            case: None,
            target: None,
            detail: "null".into(),
            sealed: None,
            previous,
            hash: GENESIS,
        };
        entry.hash = entry.expected_hash();
        previous = entry.hash;
        tree.push(entry.fact().leaf);
        lines.push(Line::Entry(entry));
        if sizes.contains(&tree.size()) {
            texts.push(checkpoint::write(&tree, &signer()).unwrap());
        }
    }
    let mut export = Vec::new();
    let (entries, checkpoints) = (tree.size(), texts.len() as u64);
    let head = Head { format: export::FORMAT.into(), entries, checkpoints, at: 0 };
    export::write(&mut export, &Line::Head(head)).unwrap();
    lines.extend(texts.iter().map(|text| Line::Checkpoint(text.clone().into())));
    for line in &lines {
        export::write(&mut export, line).unwrap();
    }
    fs::write(file, export).unwrap();
    texts
}

#[test]
fn what_is_sound_and_what_is_not_is_said_and_the_exit_status_says_it_too() {
    let folder = folder("program");
    let file = |name: &str| folder.join(name).display().to_string();
    let key = signer().key().unwrap().to_string();
    let kept = write(&folder.join("whole.jsonl"), 5, &[2, 4]).join("\n");
    fs::write(file("kept.txt"), kept).unwrap();
    fs::write(file("key.pub"), &key).unwrap();
    write(&folder.join("old.jsonl"), 3, &[2]);
    write(&folder.join("unsigned.jsonl"), 3, &[]);
    let changed = fs::read_to_string(file("whole.jsonl")).unwrap().replacen("copy.held", "copy.left", 1);
    fs::write(file("changed.jsonl"), changed).unwrap();
    let said: Vec<String> = [
        vec!["--key", &key, &file("whole.jsonl")],
        vec![&file("whole.jsonl"), "--key", &file("key.pub"), "--checkpoint", &file("kept.txt")],
        vec!["--key", &key, &file("changed.jsonl")],
        vec!["--key", &key, &file("old.jsonl")],
        vec!["--key", &key, &file("old.jsonl"), "--checkpoint", &file("kept.txt")],
        vec!["--key", &key, &file("unsigned.jsonl")],
        vec![&file("whole.jsonl")],
        vec!["--key", &key],
        vec!["--key", "nonsense", &file("whole.jsonl")],
        vec!["--key", &key, &file("nowhere.jsonl")],
        vec!["--key", &key, &file("whole.jsonl"), "--checkpoint", &file("key.pub")],
        vec!["--kye", &key],
    ]
    .into_iter()
    .map(|arguments| {
        let (status, said) = asked(&arguments);
        let asked = arguments.join(" ");
        format!("$ recant-verify {asked}\n{said}exit {}\n", status.unwrap())
            .replace(&format!("{}/", folder.display()), "")
            .replace(&key, "KEY")
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert_eq!(asked(&["--help"]).0, Some(0));
}
