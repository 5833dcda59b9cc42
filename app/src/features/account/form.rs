//! What the password form says.

use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword {
    pub present: String,
    pub fresh: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the two new passwords differ")]
pub struct Different;

/// Length is the domain's rule; here only the typing is checked.
pub fn read(present: String, fresh: String, again: &str) -> Result<NewPassword, Different> {
    if fresh == again { Ok(NewPassword { present, fresh }) } else { Err(Different) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_twice_the_same() {
        assert_eq!(read("old".into(), "new".into(), "new").map(|typed| typed.fresh), Ok("new".into()));
        assert_eq!(read("old".into(), "new".into(), "new "), Err(Different));
    }
}
