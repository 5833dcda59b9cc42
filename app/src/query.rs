//! The query of an address, decoded once. (Leptos' own map decodes twice: `%2525` would become `%`.)

use axum::{extract, http::Uri};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query(Vec<(String, String)>);

impl Query {
    pub fn of(uri: &Uri) -> Self {
        extract::Query::try_from_uri(uri)
            .map_or_else(|_| Self::default(), |extract::Query(pairs)| Self(pairs))
    }

    /// The first value of this name.
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn get(&self, name: &str) -> Option<String> {
        self.get_str(name).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoded_once_with_blanks() {
        let query = Query::of(&Uri::from_static("/sent?q=%E5%90%88+a%2520&next=/sent%3Fq%3D%25E5&q=b"));
        assert_eq!(query.get_str("q"), Some("合 a%20"));
        assert_eq!(query.get_str("next"), Some("/sent?q=%E5"));
        assert_eq!(query.get_str("page"), None);
        assert_eq!(Query::of(&Uri::from_static("/sent")), Query::default());
    }
}
