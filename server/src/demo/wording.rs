//! The turns of phrase around a mail's text.

use super::{
    calendar,
    dice::Dice,
    letter::Letter,
    people::{DOMAIN, Party},
};

pub fn message_id(dice: &mut Dice, from: &Party) -> String {
    let host = from.address.split('@').nth(1).unwrap_or(DOMAIN);
    format!("{:016x}.{:08x}@{host}", dice.next(), dice.below(1 << 32))
}

pub fn joined(parts: &[String]) -> String {
    let filled: Vec<&str> =
        parts.iter().map(|part| part.trim_end()).filter(|part| !part.is_empty()).collect();
    filled.join("\n\n") + "\n"
}

pub fn greeting(to: &[Party], first: &str, english: bool) -> String {
    let Some(party) = to.first() else { return String::new() };
    if first.starts_with("各位") || first.starts_with("Dear all") {
        return String::new();
    }
    // A list's address has no dot before the @, a person's has.
    let person = party.address.split('@').next().is_some_and(|local| local.contains('.'));
    match (to.len() == 1 && person, english) {
        (true, true) => format!("Hello {},", party.name.split(' ').next().unwrap_or_default()),
        (false, true) => "Hello all,".to_owned(),
        (true, false) => format!("{}：", party.name),
        (false, false) => "各位好：".to_owned(),
    }
}

pub fn signature(from: &Party, english: bool) -> String {
    let ours = from.address.ends_with(DOMAIN);
    match (ours, english) {
        (true, true) => format!("{}\nChengyu Technology", from.name),
        (true, false) => format!("{}\n澄屿科技", from.name),
        (false, true) => format!("Kind regards\n{}", from.name),
        (false, false) => format!("祝好\n{}", from.name),
    }
}

pub fn quotation(letter: &Letter, english: bool) -> String {
    let when = calendar::minute(letter.date);
    let name = &letter.from.name;
    let head =
        if english { format!("{name} wrote on {when}:") } else { format!("{name} 于 {when} 写道：") };
    let lines = letter.text.lines().take(14).map(|line| format!("> {line}").trim_end().to_owned());
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}
