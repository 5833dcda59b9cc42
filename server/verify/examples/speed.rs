//! How long it takes to check a trail of a million entries (or as many as the argument says), with a checkpoint
//! for every thousand: `cargo run --release --package verify --example speed [COUNT [FILE]]`. The export is read
//! from memory; with FILE it is also written there, for `recant-verify`.
#![expect(clippy::print_stdout, reason = "that is what it is for")]

use std::{env, error::Error, fs, time::Instant};
use uuid::Uuid;
use verify::{
    checkpoint,
    entry::{Entry, GENESIS},
    export::{self, Head, Line},
    note::Signer,
    tree::Frontier,
};

fn main() -> Result<(), Box<dyn Error>> {
    let count: u64 = env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse())?;
    let signer = Signer::new("recant.example/trail", [7; 32])?;
    let file = write(count, &signer)?;
    let keys = [signer.key()?];
    if let Some(path) = env::args().nth(2) {
        fs::write(path, &file)?;
        println!("--key {}", keys[0]);
    }
    println!("{count} entries, {} MB", file.len() / 1_000_000);
    for _ in 0..3 {
        let begun = Instant::now();
        let trail = export::read(&file);
        let read = begun.elapsed();
        let report = trail.examine(&keys);
        let all = begun.elapsed();
        assert!(report.findings.is_empty() && report.entries == count, "{:?}", report.findings);
        println!(
            "read and hashed in {:.2} s, all checked in {:.2} s ({} checkpoints)",
            read.as_secs_f64(),
            all.as_secs_f64(),
            report.checkpoints
        );
    }
    Ok(())
}

fn write(count: u64, signer: &Signer) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = Vec::new();
    let mut tree = Frontier::default();
    let mut previous = GENESIS;
    let mut texts = Vec::new();
    let about = Head { format: export::FORMAT.into(), entries: count, checkpoints: count / 1000, at: 0 };
    export::write(&mut file, &Line::Head(about))?;
    for number in 1..=count {
        let id = |kind: u128| Some(Uuid::from_u128((kind << 96) + u128::from(number)));
        let mut entry = Entry {
            seq: i64::try_from(number)?,
            at: 1_769_994_000_000 + i64::try_from(number)?,
            actor: None,
            action: "copy.held".into(),
            case: id(1),
            target: id(2),
            detail: format!("{{\"copy\":\"{}\"}}", id(3).unwrap_or_default()).into(),
            sealed: None,
            previous,
            hash: GENESIS,
        };
        let fact = entry.fact();
        entry.hash = entry.expected_hash();
        previous = entry.hash;
        tree.push(fact.leaf);
        export::write(&mut file, &Line::Entry(entry))?;
        if number % 1000 == 0 {
            texts.push(checkpoint::write(&tree, signer)?);
        }
    }
    for text in texts {
        export::write(&mut file, &Line::Checkpoint(text.into()))?;
    }
    Ok(file)
}
