//! Places in a letter that still wait for a person: a template leaves them, and nobody wants to send them.

/// How such a place begins, in either language; it ends with its closing bracket, or with the line.
const BEGINNINGS: [&str; 4] = ["（请填写：", "（请整理：", "(please fill in: ", "(please tidy up: "];

/// What a letter says when it announces a file.
const ANNOUNCEMENTS: [&str; 5] = ["附在本邮件", "随信附上", "随邮件附上", "is attached", "are attached"];

/// The places left, as they stand there, in their order.
pub fn left(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = BEGINNINGS.iter().filter_map(|beginning| rest.find(beginning)).min() {
        let from = &rest[at..];
        let line = from.lines().next().unwrap_or(from);
        let length = closing(line).unwrap_or(line.len());
        found.push(&from[..length]);
        rest = &from[length..];
    }
    found
}

/// Where the bracket that `line` begins with is closed; file names inside may have brackets of their own.
fn closing(line: &str) -> Option<usize> {
    let (open, close) = if line.starts_with('（') { ('（', '）') } else { ('(', ')') };
    let mut depth = 0_usize;
    for (at, c) in line.char_indices() {
        if c == open {
            depth += 1;
        } else if c == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + c.len_utf8());
            }
        }
    }
    None
}

/// "The right version is attached", said without a file.
pub fn announces_files(text: &str) -> bool {
    let text = text.to_lowercase();
    ANNOUNCEMENTS.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_place_and_nothing_else() {
        let text = "文件：（请填写：哪个文件？a.pdf）。\nNew: (please fill in: what is new) (please)\n（请填写：没有写完\n完";
        assert_eq!(
            left(text),
            ["（请填写：哪个文件？a.pdf）", "(please fill in: what is new)", "（请填写：没有写完"]
        );
        assert_eq!(left("请填写附表（见第 2 页），please fill in the form."), Vec::<&str>::new());
        assert_eq!(left(""), Vec::<&str>::new());
    }

    #[test]
    fn brackets_in_file_names_belong_to_them() {
        let text =
            "（请填写：是哪个文件？合同（终稿）.pdf / 审批(内部).docx）。(please fill in: a(1).pdf). End";
        let whole =
            ["（请填写：是哪个文件？合同（终稿）.pdf / 审批(内部).docx）", "(please fill in: a(1).pdf)"];
        assert_eq!(left(text), whole);
    }

    #[test]
    fn a_file_that_is_announced() {
        assert!(announces_files("正确的版本附在本邮件中。"));
        assert!(announces_files("The right version Is Attached."));
        assert!(!announces_files("误附了一个文件，请删除附件。"));
    }
}
