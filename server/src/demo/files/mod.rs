//! Attachments made by the seed. Each is a valid file of its kind and opens in an ordinary program.

mod office;
mod pdf;
mod png;

use super::dice::Dice;

/// A file that goes along with a mail.
#[derive(Clone, Debug)]
pub struct Enclosure {
    pub name: String,
    pub content_type: &'static str,
    pub bytes: Vec<u8>,
}

/// `kind` is `pdf`, `docx`, `xlsx` or `png`. `lines` are what the file says; None when it can't be made.
pub fn enclosure(kind: &str, name: &str, lines: &[String], dice: &mut Dice) -> Option<Enclosure> {
    let title = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let (content_type, bytes) = match kind {
        "pdf" => ("application/pdf", pdf::write(title, lines)),
        "docx" => (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            office::document(title, lines).ok()?,
        ),
        "xlsx" => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            office::sheet(&figures(title, lines, dice)).ok()?,
        ),
        _ => ("image/png", png::chart(dice).ok()?),
    };
    Some(Enclosure { name: name.to_owned(), content_type, bytes })
}

/// A table of made-up figures, with the text below it.
fn figures(title: &str, lines: &[String], dice: &mut Dice) -> Vec<Vec<office::Field>> {
    use office::Field::{Number, Text};
    let english = title.is_ascii();
    let header: [&str; 4] = if english {
        ["No.", "Item", "Pieces", "CNY"]
    } else {
        ["序号", "项目", "数量", "金额（元）"]
    };
    let items = if english {
        ["Labour", "Travel", "Cloud", "Hardware", "Training"]
    } else {
        ["人力", "差旅", "云资源", "硬件", "培训"]
    };
    let mut rows = vec![vec![Text(title.to_owned())], header.map(|cell| Text(cell.to_owned())).to_vec()];
    for number in 1..=dice.between(8, 24) {
        let item = Text((*dice.pick(&items)).to_owned());
        rows.push(vec![
            Number(number),
            item,
            Number(dice.between(1, 40)),
            Number(dice.between(3, 900) * 100),
        ]);
    }
    rows.extend(lines.iter().map(|line| vec![Text(line.clone())]));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_each_kind_is_the_same_each_time() {
        for kind in ["pdf", "docx", "xlsx", "png"] {
            let make = || {
                enclosure(kind, "报告 1.x", &["第一行".into(), "a < b & c".into()], &mut Dice::new(3, "f"))
                    .unwrap()
            };
            assert_eq!(make().bytes, make().bytes);
            assert!(make().bytes.len() > 400, "{kind}");
        }
    }
}
