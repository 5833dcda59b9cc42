//! Text inside `<textarea>` and `<title>`, which Leptos 0.8.23 and `leptos_meta` 0.8.7 write as it comes.

/// As the content of such an element (HTML §13.2.5.2, RCDATA state): nothing in it ends the element.
pub fn rcdata(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '\0' => {}
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::rcdata;

    #[test]
    fn nothing_ends_the_element() {
        assert_eq!(rcdata("</title><script>&lt;\0"), "&lt;/title&gt;&lt;script&gt;&amp;lt;");
        assert_eq!(rcdata("合同 \"A\" 'B'"), "合同 \"A\" 'B'");
    }
}
