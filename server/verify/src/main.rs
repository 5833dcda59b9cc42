//! `recant-verify`: checks an export of Recant's audit trail, without Recant and without its database.

use std::{
    env,
    fmt::Display,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};
use verify::{
    checkpoint, export,
    finding::entries,
    note::Key,
    text::base64,
    trail::{Claim, Report},
};

const HELP: &str = "\
recant-verify --key KEY EXPORT [--checkpoint FILE]…

Checks a file written by `recant audit export`: that no entry was changed, removed, put in, moved or cut off, and
that the signed checkpoints fit. What is wrong is named, a line each.

  --key KEY          the log's public key, or a file that holds it; may be given again after a change of keys
  --checkpoint FILE  checkpoints that were kept elsewhere, such as the log's checkpoint file or a witness's copy:
                     they show whether the database was rolled back; may be given again

Exit status: 0 the trail is sound, 1 something is wrong, 2 the question can't be understood.";

#[derive(Default)]
struct Question {
    export: Option<PathBuf>,
    keys: Vec<String>,
    checkpoints: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        say(HELP);
        return ExitCode::SUCCESS;
    }
    match question(arguments).and_then(|question| answer(&question)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::from(2)
        }
    }
}

fn question(arguments: Vec<String>) -> Result<Question, String> {
    let mut question = Question::default();
    let mut arguments = arguments.into_iter();
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value; see --help"));
        match argument.as_str() {
            "--key" => question.keys.push(value()?),
            "--checkpoint" => question.checkpoints.push(value()?.into()),
            _ if argument.starts_with('-') => return Err(format!("there is no {argument}; see --help")),
            _ if question.export.is_some() => return Err("one export at a time; see --help".to_owned()),
            _ => question.export = Some(argument.into()),
        }
    }
    Ok(question)
}

/// True: the trail is sound.
fn answer(question: &Question) -> Result<bool, String> {
    let file = question.export.as_ref().ok_or("which export? See --help")?;
    let keys: Vec<Key> = question.keys.iter().map(|text| key(text)).collect::<Result<_, _>>()?;
    if keys.is_empty() {
        return Err("whose trail is it? Give its public key with --key; see --help".to_owned());
    }
    let mut trail = export::read(&fs::read(file).map_err(|error| unreadable(file, &error))?);
    for file in &question.checkpoints {
        let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
        let texts = checkpoint::texts(&text);
        if texts.is_empty() {
            return Err(format!("{}: no checkpoint in it", file.display()));
        }
        let name = file.display().to_string();
        trail.claims.extend(texts.into_iter().map(|text| Claim { text, file: Some(name.clone()) }));
    }
    Ok(conclude(&trail.examine(&keys)))
}

/// The key itself, or the file with it.
fn key(text: &str) -> Result<Key, String> {
    text.parse().or_else(|error| match fs::read_to_string(text) {
        Ok(content) => content.parse().map_err(|error| format!("{text}: {error}")),
        Err(_) => Err(format!("--key {text}: {error}")),
    })
}

fn conclude(report: &Report) -> bool {
    for finding in &report.findings {
        say(format!("WRONG  {finding}"));
    }
    let unsigned = report.findings.is_empty() && report.checkpoints == 0 && report.entries > 0;
    if unsigned {
        say("WRONG  there is no checkpoint: nothing here is signed");
    }
    let (count, root) = (entries(report.entries), base64(&report.root));
    say(format!("{count}, root {root}; signed checkpoints that fit: {}", report.checkpoints));
    let sound = report.findings.is_empty() && !unsigned;
    if sound {
        let newer = report.entries.saturating_sub(report.covered);
        if newer > 0 {
            say(format!("not signed yet: {} after the last checkpoint", entries(newer)));
        }
        say("the trail is sound");
    }
    sound
}

fn unreadable(file: &Path, error: &io::Error) -> String {
    format!("{} can't be read: {error}", file.display())
}

/// Whoever listens may hang up.
fn say(line: impl Display) {
    let _ = writeln!(io::stdout(), "{line}");
}
