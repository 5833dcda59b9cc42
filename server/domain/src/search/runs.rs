//! Text as it is compared: NFKC (UAX #15), small letters, cut into words and into stretches of Chinese, Japanese or
//! Korean. Every letter remembers where it stood, so that hits can be shown in the text as it was written.

use std::ops::Range;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Compared as a whole.
    Word,
    /// Written without blanks: any part of it is a word.
    Cjk,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    pub kind: Kind,
    pub letters: Vec<char>,
    /// Bytes of the original, one place a letter.
    places: Vec<(u32, u32)>,
}

impl Run {
    /// Where these letters stood.
    pub fn place(&self, letters: Range<usize>) -> Option<Range<usize>> {
        let places = self.places.get(letters)?;
        let (first, last) = (places.first()?, places.last()?);
        Some(first.0 as usize..last.1 as usize)
    }
}

/// What stands between two letters.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    /// Blanks and at most one end of line: where mail programs wrap Chinese.
    Soft,
    Hard,
}

struct Cutter {
    runs: Vec<Run>,
    gap: Gap,
    lines: u32,
}

pub(super) fn runs(text: &str) -> Vec<Run> {
    let mut cutter = Cutter { runs: Vec::new(), gap: Gap::Hard, lines: 0 };
    let mut letters = text.char_indices().peekable();
    while let Some((start, first)) = letters.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = letters.next_if(|(_, next)| continues(*next)) {
            end = at + next.len_utf8();
        }
        let place = (offset(start), offset(end));
        if is_plain(first) && end == start + first.len_utf8() {
            cutter.take(first.to_ascii_lowercase(), place);
        } else {
            for letter in text[start..end].nfkc().flat_map(char::to_lowercase) {
                cutter.take(letter, place);
            }
        }
    }
    cutter.runs
}

/// For names of operators and their values.
pub(super) fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

impl Cutter {
    fn take(&mut self, letter: char, place: (u32, u32)) {
        let kind = match letter {
            letter if is_cjk(letter) => Kind::Cjk,
            letter if letter.is_alphanumeric() => Kind::Word,
            letter => return self.between(letter, place),
        };
        let bridged = match kind {
            Kind::Word => self.gap == Gap::Nothing,
            Kind::Cjk => self.gap != Gap::Hard,
        };
        match self.runs.last_mut() {
            Some(run) if bridged && run.kind == kind => {
                run.letters.push(letter);
                run.places.push(place);
            }
            _ => self.runs.push(Run { kind, letters: vec![letter], places: vec![place] }),
        }
        (self.gap, self.lines) = (Gap::Nothing, 0);
    }

    fn between(&mut self, letter: char, place: (u32, u32)) {
        if is_ignored(letter) {
            return;
        }
        if is_combining_mark(letter) {
            // An accent that no single letter exists for; anywhere else it says nothing.
            if let (Gap::Nothing, Some(run)) = (self.gap, self.runs.last_mut())
                && run.kind == Kind::Word
            {
                run.letters.push(letter);
                run.places.push(place);
            }
            return;
        }
        self.lines += u32::from(letter == '\n');
        let soft = letter.is_whitespace() && self.lines <= 1 && self.gap != Gap::Hard;
        self.gap = if soft { Gap::Soft } else { Gap::Hard };
    }
}

/// Texts are cut long before 4 GB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Normalising alone would leave it as it is, capitals aside.
fn is_plain(letter: char) -> bool {
    letter.is_ascii() || matches!(letter, '\u{4e00}'..='\u{9fff}')
}

/// It may melt into the letter before it: accents, later parts of a Korean syllable, half-width sound marks.
fn continues(letter: char) -> bool {
    !letter.is_ascii()
        && !matches!(letter, '\u{4e00}'..='\u{9fff}')
        && (is_combining_mark(letter) || matches!(letter, '\u{1160}'..='\u{11ff}' | '\u{ff9e}' | '\u{ff9f}'))
}

fn is_cjk(letter: char) -> bool {
    matches!(letter,
        '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{20000}'..='\u{3ffff}' | '\u{f900}'..='\u{faff}'
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}'
        | '\u{3105}'..='\u{312f}' | '\u{31a0}'..='\u{31bf}' | '\u{31f0}'..='\u{31ff}'
        | '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{ac00}'..='\u{d7a3}')
}

/// Invisible, and in the middle of words: soft hyphens, joiners, variation selectors.
fn is_ignored(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{180b}'..='\u{180d}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<String> {
        runs(text).iter().map(|run| run.letters.iter().collect()).collect()
    }

    #[test]
    fn words_numbers_and_chinese_are_told_apart() {
        assert_eq!(cut("Report_v2.pdf: it's 100%"), ["report", "v2", "pdf", "it", "s", "100"]);
        assert_eq!(cut("合同V2终稿，2026年"), ["合同", "v2", "终稿", "2026", "年"]);
        assert_eq!(cut("Zhang.Wei@Example.test"), ["zhang", "wei", "example", "test"]);
        assert!(cut("— & …").is_empty());
    }

    #[test]
    fn what_looks_the_same_is_the_same() {
        assert_eq!(cut("ＲｅｐｏｒｔⅡ"), ["reportii"]);
        assert_eq!(cut("cafe\u{301} CAFÉ"), ["café", "café"]);
        assert_eq!(cut("㈱ﾊﾞﾝｸ"), ["株", "バンク"]);
        assert_eq!(cut("co\u{ad}operate ❤\u{fe0f} 葛\u{e0100}"), ["cooperate", "葛"]);
    }

    #[test]
    fn chinese_goes_on_over_a_wrapped_line_but_not_over_a_paragraph() {
        assert_eq!(cut("请查收合\r\n  同"), ["请查收合同"]);
        assert_eq!(cut("姓　名"), ["姓名"]);
        assert_eq!(cut("合\n\n同"), ["合", "同"]);
        assert_eq!(cut("合。同"), ["合", "同"]);
        assert_eq!(cut("a\nb"), ["a", "b"]);
    }

    #[test]
    fn letters_know_where_they_stood() {
        let text = "Ä合 ㈱ x";
        let runs = runs(text);
        assert_eq!(runs[1].place(0..1).map(|place| &text[place]), Some("合"));
        assert_eq!(runs[2].place(0..1).map(|place| &text[place]), Some("㈱"));
        assert_eq!(runs[0].place(0..2), None);
    }
}
