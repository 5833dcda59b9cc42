//! Every way to tamper with a trail, and what the check says about it.
#![expect(clippy::unwrap_used, reason = "a story that can't go on must fail, in its helpers too")]

use serde_json::json;
use std::{borrow::Cow, fmt::Write as _};
use uuid::Uuid;
use verify::{
    checkpoint,
    entry::{Entry, GENESIS},
    export::{self, Head, Line},
    note::Signer,
    text::base64,
    trail::Claim,
    tree::Frontier,
};

/// A trail of ten entries with checkpoints after the 3rd, the 6th and the 10th.
#[derive(Clone)]
struct Copy {
    entries: Vec<Entry<'static>>,
    checkpoints: Vec<String>,
    count: u64,
}

fn signer(seed: u8) -> Signer {
    Signer::new("recant.example/trail", [seed; 32]).unwrap()
}

fn tree(entries: &[Entry]) -> Frontier {
    let mut tree = Frontier::default();
    for entry in entries {
        tree.push(entry.fact().leaf);
    }
    tree
}

fn signed(entries: &[Entry]) -> String {
    checkpoint::write(&tree(entries), &signer(7)).unwrap()
}

impl Copy {
    fn new() -> Self {
        let mut entries = Vec::new();
        for n in 1..=10_u8 {
            let sealed = (n % 4 == 0).then(|| Cow::Owned(vec![n; 40]));
            entries.push(Entry {
                seq: i64::from(n),
                at: 1_769_994_000_000 + i64::from(n),
                actor: (n % 3 == 0).then(|| Uuid::from_u128(1)),
                action: "copy.held".into(),
                case: Some(Uuid::from_u128(2)),
                target: None,
                detail: json!({ "n": n, "name": "合同" }).to_string().into(),
                sealed,
                previous: GENESIS,
                hash: GENESIS,
            });
        }
        let mut copy = Self { entries, checkpoints: vec![], count: 10 };
        copy.rehash(0);
        copy.checkpoints = [3, 6, 10].map(|size| signed(&copy.entries[..size])).to_vec();
        copy
    }

    /// What somebody does who knows how entries are hashed.
    fn rehash(&mut self, from: usize) {
        for at in from..self.entries.len() {
            self.entries[at].previous = if at == 0 { GENESIS } else { self.entries[at - 1].hash };
            self.entries[at].hash = self.entries[at].expected_hash();
        }
    }

    fn renumber(&mut self) {
        for (entry, seq) in self.entries.iter_mut().zip(1..) {
            entry.seq = seq;
        }
        self.count = self.entries.len() as u64;
    }

    fn forge(&mut self, seq: usize) {
        self.entries[seq - 1].detail = "{\"n\":0}".into();
    }

    /// A new entry in front of this place, counted from 0.
    fn put_in(&mut self, at: usize, seq: i64) {
        let mut entry = Entry { seq, action: "copy.left".into(), ..self.entries[at].clone() };
        entry.previous = self.entries[at - 1].hash;
        entry.hash = entry.expected_hash();
        self.entries.insert(at, entry);
    }

    fn write(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let checkpoints = self.checkpoints.len() as u64;
        let head = Head { format: export::FORMAT.into(), entries: self.count, checkpoints, at: 5 };
        export::write(&mut file, &Line::Head(head)).unwrap();
        for entry in &self.entries {
            export::write(&mut file, &Line::Entry(entry.clone())).unwrap();
        }
        for text in &self.checkpoints {
            export::write(&mut file, &Line::Checkpoint(text.as_str().into())).unwrap();
        }
        file
    }
}

/// What is said about this file, with these checkpoints kept elsewhere.
fn told(file: &[u8], kept: &[String]) -> Vec<String> {
    let mut trail = export::read(file);
    let kept = kept.iter().map(|text| Claim { text: text.clone(), file: Some("kept.txt".into()) });
    trail.claims.extend(kept);
    let report = trail.examine(&[signer(7).key().unwrap()]);
    report.findings.iter().map(ToString::to_string).collect()
}

type Tampering = (&'static str, fn(&mut Copy));

const TAMPERINGS: &[Tampering] = &[
    ("an entry is changed", |copy| copy.forge(5)),
    ("an entry is changed together with its hash", |copy| {
        copy.forge(5);
        copy.entries[4].hash = copy.entries[4].expected_hash();
    }),
    ("an entry is changed, and all hashes from there on", |copy| {
        copy.forge(5);
        copy.rehash(4);
    }),
    ("the last entry is changed together with its hash", |copy| {
        copy.forge(10);
        copy.rehash(9);
    }),
    ("a sealed part is exchanged", |copy| copy.entries[3].sealed = Some(Cow::Owned(vec![0; 40]))),
    ("a sealed part is taken away", |copy| copy.entries[3].sealed = None),
    ("an entry is removed", |copy| drop(copy.entries.remove(4))),
    ("two entries are removed", |copy| drop(copy.entries.drain(1..3))),
    ("the first entry is removed", |copy| drop(copy.entries.remove(0))),
    ("an entry is removed and the rest numbered anew", |copy| {
        copy.entries.remove(4);
        copy.renumber();
    }),
    ("an entry is removed, the rest numbered and hashed anew", |copy| {
        copy.entries.remove(4);
        copy.renumber();
        copy.rehash(4);
    }),
    ("an entry is put in under a number that exists", |copy| copy.put_in(4, 5)),
    ("an entry is put in and the rest numbered anew", |copy| {
        copy.put_in(4, 5);
        copy.renumber();
    }),
    ("an entry is put in, the rest numbered and hashed anew", |copy| {
        copy.put_in(4, 5);
        copy.renumber();
        copy.rehash(4);
    }),
    ("an entry is put in the place of another, with its number", |copy| {
        copy.put_in(4, 5);
        copy.entries.remove(5);
    }),
    ("two entries are swapped", |copy| copy.entries.swap(4, 5)),
    ("two entries are swapped and numbered anew", |copy| {
        copy.entries.swap(4, 5);
        copy.renumber();
    }),
    ("two entries are swapped, numbered and hashed anew", |copy| {
        copy.entries.swap(4, 5);
        copy.renumber();
        copy.rehash(4);
    }),
    ("the end is cut off", |copy| copy.entries.truncate(7)),
    ("the end is cut off, and the head says so", |copy| {
        copy.entries.truncate(7);
        copy.count = 7;
    }),
    ("a checkpoint's root is changed", |copy| {
        let (old, new) = (base64(&tree(&copy.entries[..6]).root()), base64(&[1; 32]));
        copy.checkpoints[1] = copy.checkpoints[1].replace(&old, &new);
    }),
    ("a checkpoint is signed with another key of that name", |copy| {
        copy.checkpoints[1] = checkpoint::write(&tree(&copy.entries[..6]), &signer(8)).unwrap();
    }),
    ("a checkpoint of another log, signed with the right key", |copy| {
        copy.checkpoints[1] = signer(7).sign(&format!("x.example\n6\n{}\n", base64(&[1; 32]))).unwrap();
    }),
    ("a checkpoint of a history that was given up", |copy| {
        let mut other = copy.clone();
        other.forge(5);
        other.rehash(4);
        copy.checkpoints.insert(1, signed(&other.entries[..5]));
    }),
    ("a checkpoint isn't one", |copy| copy.checkpoints[1] = "recant.example/trail\n6\n".into()),
    ("nothing at all", |_| {}),
];

#[test]
fn each_tampering_is_named() {
    let mut said = String::new();
    for (what, tamper) in TAMPERINGS {
        let mut copy = Copy::new();
        tamper(&mut copy);
        let told = told(&copy.write(), &[]);
        writeln!(said, "{what}:").unwrap();
        for sentence in &told {
            writeln!(said, "  {sentence}").unwrap();
        }
        assert_eq!(told.is_empty(), *what == "nothing at all", "{what}");
    }
    insta::assert_snapshot!(said);
}

/// Everything in the export fits together; only the copy of a checkpoint that was kept elsewhere can tell.
#[test]
fn a_database_that_was_rolled_back_is_found_out_by_an_older_checkpoint() {
    let whole = Copy::new();
    let mut rolled_back = whole.clone();
    rolled_back.entries.truncate(6);
    rolled_back.checkpoints.truncate(2);
    rolled_back.count = 6;
    assert_eq!(told(&rolled_back.write(), &[]), Vec::<String>::new());
    // And after it went on with other entries, signed again, beyond the size it once had.
    let mut went_on = whole.clone();
    went_on.forge(8);
    went_on.rehash(7);
    went_on.checkpoints = [3, 6, 10].map(|size| signed(&went_on.entries[..size])).to_vec();
    assert_eq!(told(&went_on.write(), &[]), Vec::<String>::new());
    let said = [
        told(&rolled_back.write(), &whole.checkpoints[2..]),
        told(&went_on.write(), &whole.checkpoints),
        told(&went_on.write(), &whole.checkpoints[2..]),
        told(&whole.write(), &whole.checkpoints[..1]),
    ];
    insta::assert_snapshot!(said.map(|sentences| sentences.join("\n")).join("\n---\n"));
}

#[test]
fn lines_that_are_no_lines_of_an_export_are_named() {
    let file = String::from_utf8(Copy::new().write()).unwrap();
    let lines: Vec<&str> = file.lines().collect();
    let mut without_head = lines[1..].to_vec();
    without_head.insert(4, lines[0]);
    let mut broken = lines.clone();
    broken[2] = "{\"entry\":{\"seq\":2}}";
    broken[5] = "";
    let twice = [&lines[..1], &lines].concat();
    let said: Vec<String> = [without_head.join("\n"), broken.join("\n"), twice.join("\n"), String::new()]
        .iter()
        .map(|file| told(file.as_bytes(), &[]).join("\n"))
        .collect();
    insta::assert_snapshot!(said.join("\n---\n"));
}

/// How it is cut into shares for threads makes no difference.
#[test]
fn a_long_trail_is_read_as_a_short_one() {
    let mut copy = Copy::new();
    let first = copy.entries[0].clone();
    copy.entries = (1..=3000).map(|seq| Entry { seq, ..first.clone() }).collect();
    copy.count = 3000;
    copy.rehash(0);
    copy.checkpoints = [1, 1024, 2999].map(|size| signed(&copy.entries[..size])).to_vec();
    assert_eq!(told(&copy.write(), &[]), Vec::<String>::new());
    copy.forge(2000);
    let changed = told(&copy.write(), &[]);
    assert_eq!(changed, ["entry 2000 was changed: content and hash don't fit each other"]);
}
