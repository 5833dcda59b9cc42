//! Where to go after signing in: a page of ours, or nowhere.

/// The path when it is one of this portal's pages. `//host`, `/\host` and anything with controls lead elsewhere.
pub fn local(next: &str) -> Option<&str> {
    here(next).filter(|next| !next.starts_with("/sign-in"))
}

/// As [`local`], the sign-in page included: for forms that stand on every page.
pub fn here(next: &str) -> Option<&str> {
    let inside = next.starts_with('/') && !next.starts_with("//");
    let clean = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (inside && clean && !next.starts_with("/api/") && next.len() <= 2000).then_some(next)
}

/// `/sign-in?next=…`
pub fn sign_in(next: &str) -> String {
    match local(next) {
        Some(next) => format!("/sign-in?next={}", escape(next)),
        None => "/sign-in".to_owned(),
    }
}

/// As one query value (RFC 3986 §2.3: what is unreserved stays).
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            for digit in [byte >> 4, byte & 15] {
                escaped
                    .extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages() {
        for next in ["/", "/sent", "/sent?q=%E5%90%88", "/cases/R-2026-000042"] {
            assert_eq!(local(next), Some(next));
        }
        for next in [
            "",
            "sent",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "/a\r\nX: y",
            "/a b",
            "/合同",
            "/sign-in",
            "/api/x",
            "javascript:x",
        ] {
            assert_eq!(local(next), None, "{next:?}");
        }
    }

    #[test]
    fn the_query_survives_being_a_value() {
        assert_eq!(sign_in("/sent?q=a&page=2"), "/sign-in?next=/sent%3Fq%3Da%26page%3D2");
        assert_eq!(sign_in("//evil.test"), "/sign-in");
    }
}
