//! Printing, for the commands alone: answers to standard output, problems to standard error, tables in columns.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

/// Whoever listens may hang up (`recant user list | head`): nothing to complain about.
pub fn line(text: impl Display) {
    let _ = writeln!(io::stdout(), "{text}");
}

pub fn problem(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns as wide as their widest cell; Chinese letters count as two.
pub fn table(rows: &[Vec<String>]) {
    for row in columns(rows) {
        line(row);
    }
}

fn columns(rows: &[Vec<String>]) -> Vec<String> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count)
        .map(|at| rows.iter().filter_map(|row| row.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
        .collect();
    let padded =
        |(cell, wide): (&String, &usize)| format!("{cell}{}", " ".repeat(wide.saturating_sub(width(cell))));
    rows.iter()
        .map(|row| row.iter().zip(&widths).map(padded).collect::<Vec<_>>().join("  ").trim_end().to_owned())
        .collect()
}

/// East Asian wide letters take two columns (Unicode Annex 11, the blocks that occur in names and sentences here).
fn width(text: &str) -> usize {
    text.chars()
        .map(|letter| match u32::from(letter) {
            0x1100..=0x115f
            | 0x2e80..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x20000..=0x3fffd => 2,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_in_both_languages() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(columns(&[row(["姓名", "role"]), row(["Ann", "x"])]), ["姓名  role", "Ann   x"]);
    }
}
