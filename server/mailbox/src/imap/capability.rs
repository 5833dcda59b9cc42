//! What a server can do, as far as we use it.

/// Read anew after signing in: before, servers tell only half.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are the server's own switches")]
pub struct Capable {
    /// RFC 7888, any size.
    pub literal_plus: bool,
    /// RFC 7888, up to 4096 bytes.
    pub literal_minus: bool,
    pub sasl_ir: bool,
    pub login_disabled: bool,
    /// RFC 4315. Without it a single message can't be removed.
    pub uidplus: bool,
    /// RFC 7162.
    pub condstore: bool,
    pub qresync: bool,
    /// RFC 5258 and RFC 6154: LIST may be asked for special uses.
    pub special_use: bool,
    /// RFC 5819.
    pub list_status: bool,
    pub namespace: bool,
    /// RFC 3691.
    pub unselect: bool,
    /// Mechanisms, in capitals.
    pub auth: Vec<String>,
}

impl Capable {
    pub fn read(words: &str) -> Self {
        let words: Vec<String> = words.split_whitespace().map(str::to_ascii_uppercase).collect();
        let has = |word: &str| words.iter().any(|known| known == word);
        Self {
            literal_plus: has("LITERAL+"),
            literal_minus: has("LITERAL-") || has("IMAP4REV2"),
            sasl_ir: has("SASL-IR"),
            login_disabled: has("LOGINDISABLED"),
            uidplus: has("UIDPLUS") || has("IMAP4REV2"),
            // QRESYNC brings CONDSTORE along (RFC 7162 §3.2.3).
            condstore: has("CONDSTORE") || has("QRESYNC"),
            qresync: has("QRESYNC") && (has("ENABLE") || has("IMAP4REV2")),
            special_use: has("SPECIAL-USE") && has("LIST-EXTENDED"),
            list_status: has("LIST-STATUS"),
            namespace: has("NAMESPACE"),
            unselect: has("UNSELECT") || has("IMAP4REV2"),
            auth: words.iter().filter_map(|word| word.strip_prefix("AUTH=")).map(str::to_owned).collect(),
        }
    }

    /// For the doctor.
    pub fn told(&self) -> String {
        let yes = |has: bool| if has { "yes" } else { "no" };
        format!(
            "UIDPLUS {}, CONDSTORE {}, QRESYNC {}",
            yes(self.uidplus),
            yes(self.condstore),
            yes(self.qresync)
        )
    }
}
