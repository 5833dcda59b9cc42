//! A one-page PDF (ISO 32000-1) with text. Chinese uses a font that readers bring along (§9.7.5.2: the
//! predefined map `UniGB-UCS2-H`), so that no font has to be embedded.

use std::fmt::Write;

const CHINESE_FONT: &str = "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>";
/// CIDs 1 to 95 are the proportional Latin letters; half as wide as a Chinese character.
const DESCENDANT: &str = "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /DW 1000 /W [1 95 500] /FontDescriptor 7 0 R >>";
const DESCRIPTOR: &str = "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>";
const LATIN_FONT: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
/// Half-widths of a character that fit a line of 11 points.
const LINE: usize = 80;
const LINES_A_PAGE: usize = 40;

pub fn write(title: &str, lines: &[String]) -> Vec<u8> {
    let chinese = !title.is_ascii() || lines.iter().any(|line| !line.is_ascii());
    let page = page_text(title, lines, chinese);
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];
    if chinese {
        objects.extend([CHINESE_FONT, DESCENDANT, DESCRIPTOR].map(str::to_owned));
    } else {
        objects.push(LATIN_FONT.to_owned());
    }
    assemble(&objects)
}

/// Header, numbered objects, cross-reference table, trailer (§7.5).
fn assemble(objects: &[String]) -> Vec<u8> {
    // Writing into a String can't fail, here and below.
    let mut file = String::from("%PDF-1.4\n%\u{e2}\u{e3}\n");
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (index, object) in objects.iter().enumerate() {
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = write!(file, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = file.len();
    let size = objects.len() + 1;
    let _ = write!(file, "{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

fn page_text(title: &str, lines: &[String], chinese: bool) -> String {
    let mut text = String::from("BT\n/F1 16 Tf\n60 780 Td\n");
    let _ = writeln!(text, "{} Tj\n/F1 11 Tf\n0 -32 Td", string(title, chinese));
    let wrapped = lines.iter().flat_map(|line| wrap(line).into_iter().chain([String::new()]));
    for line in wrapped.take(LINES_A_PAGE) {
        let _ = writeln!(text, "{} Tj\n0 -17 Td", string(&line, chinese));
    }
    text.push_str("ET");
    text
}

/// Chinese as UTF-16 in hex, the rest as a literal string (§7.3.4).
fn string(text: &str, chinese: bool) -> String {
    if !chinese {
        return format!("({})", text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)"));
    }
    let mut hex = String::from("<");
    for unit in text.encode_utf16() {
        let _ = write!(hex, "{unit:04X}");
    }
    hex + ">"
}

/// Latin words stay whole; Chinese breaks anywhere.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in text.split_inclusive(|c: char| c == ' ' || !c.is_ascii()) {
        let width: usize = word.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
        if used + width > LINE {
            lines.push(String::new());
            used = 0;
        }
        used += width;
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_points_at_every_object() {
        for line in ["纯中文 and Latin", "Only (Latin) text"] {
            let lines = vec![line.repeat(20)];
            let file = write("Title", &lines);
            assert!(file.starts_with(b"%PDF-1.4\n") && file.ends_with(b"%%EOF\n"));
            let text = String::from_utf8(file).unwrap();
            let start: usize =
                text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
            assert!(text[start..].starts_with("xref\n"));
            let entries: Vec<&str> =
                text[start..].lines().skip(3).take_while(|line| line.ends_with(" n ")).collect();
            assert!(entries.len() >= 5);
            for (index, entry) in entries.iter().enumerate() {
                let at: usize = entry[..10].parse().unwrap();
                assert!(text[at..].starts_with(&format!("{} 0 obj\n", index + 1)));
                assert_eq!(entry.len(), 19, "20 bytes with the line end");
            }
        }
    }

    #[test]
    fn long_lines_are_wrapped() {
        assert_eq!(wrap(&"中".repeat(90)).len(), 3);
        assert_eq!(wrap(&"word ".repeat(20)), ["word ".repeat(16), "word ".repeat(4)]);
    }
}
