//! What the forms of the administrator say. Pure.

use serde::{Deserialize, Serialize};
use shared::Role;

/// Why the engine is to be stopped; waits when it could not be accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub reason: String,
}

/// Ticked boxes. None: one of them isn't a role.
pub fn roles(ticked: &[String]) -> Option<Vec<Role>> {
    ticked.iter().map(|code| code.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_roles_that_exist() {
        assert_eq!(roles(&[]), Some(vec![]));
        assert_eq!(
            roles(&["helpdesk".into(), "approver".into()]),
            Some(vec![Role::Helpdesk, Role::Approver])
        );
        assert_eq!(roles(&["helpdesk".into(), "root".into()]), None);
    }
}
