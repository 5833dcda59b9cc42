//! What somebody searches for ([`Wanted`]) as a condition on messages. Words are asked of the index, as many as
//! possible in one question and always together with their owner's; columns say the rest.

use crate::{
    dialect::{Connection, Grammar},
    row::number,
};
use domain::{
    ids::{PersonId, SentId},
    search::{Wanted, owner_token},
};
use sea_query::{Expr, ExprTrait, Order, Query};

/// A row for the index.
pub(crate) struct Words {
    pub owner: PersonId,
    pub sent: SentId,
    /// With blanks between.
    pub tokens: String,
}

/// On rows of `sent_message`.
pub(crate) fn condition(wanted: &Wanted, owner: PersonId, dialect: &Connection) -> Expr {
    Asked { owner, token: owner_token(owner), dialect, grammar: dialect.grammar() }.condition(wanted)
}

/// The number of the newest case about the message; NULL without one.
pub(crate) fn of_newest_case(column: &'static str) -> Expr {
    let newest = Query::select()
        .column(("recall_case", column))
        .from("recall_case")
        .and_where(Expr::col(("recall_case", "sent_id")).equals(("sent_message", "id")))
        .order_by(("recall_case", "created_at"), Order::Desc)
        .order_by(("recall_case", "number"), Order::Desc)
        .limit(1)
        .take();
    newest.into()
}

struct Asked<'a> {
    owner: PersonId,
    /// In the words of all the owner has sent.
    token: String,
    dialect: &'a Connection,
    grammar: Grammar,
}

impl Asked<'_> {
    fn condition(&self, wanted: &Wanted) -> Expr {
        if is_words(wanted) {
            let words = self.words(wanted);
            let Grammar { quote, and, .. } = &self.grammar;
            return self.dialect.having(self.owner, format!("{quote}{}{quote}{and}{words}", self.token));
        }
        match wanted {
            Wanted::All(parts) => {
                self.parts(parts, Wanted::All).reduce(Expr::and).unwrap_or_else(|| Expr::cust("1 = 1"))
            }
            Wanted::Any(parts) => {
                self.parts(parts, Wanted::Any).reduce(Expr::or).unwrap_or_else(|| Expr::cust("1 = 0"))
            }
            Wanted::Not(inner) => self.condition(inner).not(),
            Wanted::Since(moment) => Expr::col("sent_at").gte(moment.0),
            Wanted::Before(moment) => Expr::col("sent_at").lt(moment.0),
            Wanted::Larger(bytes) => Expr::col("size").gt(number(*bytes)),
            Wanted::Smaller(bytes) => Expr::col("size").lt(number(*bytes)),
            Wanted::HasCase => of_newest_case("number").is_not_null(),
            // Never NULL: a mail without an id must fit where this id is excluded.
            Wanted::MessageId(id) => {
                Expr::col("message_id").is_not_null().and(Expr::col("message_id").eq(id.as_str()))
            }
            Wanted::Word(_) => self.dialect.having(self.owner, self.words(wanted)),
        }
    }

    /// What only asks for words is asked at once.
    fn parts(&self, parts: &[Wanted], same: fn(Vec<Wanted>) -> Wanted) -> impl Iterator<Item = Expr> {
        let (words, rest): (Vec<_>, Vec<_>) = parts.iter().partition(|part| is_words(part));
        let words = (!words.is_empty()).then(|| self.condition(&same(words.into_iter().cloned().collect())));
        words.into_iter().chain(rest.into_iter().map(|part| self.condition(part)))
    }

    /// As one expression of the index.
    fn words(&self, wanted: &Wanted) -> String {
        let Grammar { quote, and, or, and_not } = &self.grammar;
        let quoted = |word: &str| format!("{quote}{}{quote}", word.replace(*quote, ""));
        let everything = quoted(&self.token);
        let joined = |parts: &[Wanted], by: &str| {
            let parts: Vec<_> = parts.iter().map(|part| self.words(part)).collect();
            format!("({})", parts.join(by))
        };
        match wanted {
            Wanted::Word(word) => quoted(word),
            Wanted::Any(parts) if parts.is_empty() => format!("({everything}{and_not}{everything})"),
            Wanted::All(parts) if !parts.is_empty() => joined(parts, and),
            Wanted::Any(parts) => joined(parts, or),
            Wanted::Not(inner) => format!("({everything}{and_not}{})", self.words(inner)),
            _ => everything,
        }
    }
}

/// Nothing but words, and at least one.
fn is_words(wanted: &Wanted) -> bool {
    match wanted {
        Wanted::All(parts) | Wanted::Any(parts) => !parts.is_empty() && parts.iter().all(is_words),
        Wanted::Not(inner) => is_words(inner),
        Wanted::Word(_) => true,
        _ => false,
    }
}
