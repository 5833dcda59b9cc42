//! What the form of roles says. Pure.

use shared::Role;

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
