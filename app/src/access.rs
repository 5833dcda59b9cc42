//! Who may do what: every page, server function and handler, in one table. What isn't here is refused,
//! and a test of the server walks all routes and fails on one that is missing.

use crate::viewer::Viewer;
use domain::shared::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Without signing in.
    Public,
    /// Everyone who is signed in; what they see is their own.
    Person,
    /// Decides cases: somebody's manager, or the role.
    Approver,
    Helpdesk,
    Administrator,
}

impl Access {
    pub fn allows(self, viewer: &Viewer) -> bool {
        match self {
            Self::Public | Self::Person => true,
            Self::Approver => viewer.decides,
            Self::Helpdesk => viewer.person.has(Role::Helpdesk),
            Self::Administrator => viewer.person.has(Role::Administrator),
        }
    }
}

/// Pages, by the path of their route.
pub const PAGES: &[(&str, Access)] = &[
    ("/sign-in", Access::Public),
    ("/account", Access::Person),
    ("/sent", Access::Person),
    ("/sent/{id}", Access::Person),
    ("/sent/{id}/ask", Access::Person),
    ("/drafts/{id}", Access::Person),
    ("/cases", Access::Person),
    ("/cases/{number}", Access::Person),
    ("/cases/{number}/report", Access::Person),
    ("/approvals", Access::Approver),
    ("/helpdesk", Access::Helpdesk),
    ("/admin/people", Access::Administrator),
    ("/admin/doctor", Access::Administrator),
    ("/admin/engine", Access::Administrator),
];

/// Server functions, by `ServerFn::PATH`.
pub const SERVER_FNS: &[(&str, Access)] = &[
    ("/api/sign-in", Access::Public),
    ("/api/language", Access::Public),
    ("/api/sign-out", Access::Person),
    ("/api/account/password", Access::Person),
    ("/api/drafts/request", Access::Person),
    ("/api/drafts/discard", Access::Person),
    ("/api/case/withdraw", Access::Person),
    ("/api/case/decide", Access::Approver),
    ("/api/case/restore", Access::Person),
    ("/api/case/restore/drop", Access::Person),
    ("/api/admin/roles", Access::Administrator),
    ("/api/admin/engine/stop", Access::Administrator),
    ("/api/admin/engine/start", Access::Administrator),
];

/// Plain axum handlers of [`crate::routes`].
pub const HANDLERS: &[(&str, Access)] = &[
    ("/", Access::Public),
    ("/api/ask", Access::Person),
    ("/sent/results", Access::Person),
    ("/cases/{number}/events", Access::Person),
    ("/cases/{number}/report.csv", Access::Person),
    ("/helpdesk/cases.csv", Access::Helpdesk),
];

/// Handlers that take files: their bodies may be larger (the server's limits).
pub const UPLOADS: &[&str] = &["/api/ask"];

/// None: not in the table, so nobody may.
pub fn of(table: &[(&str, Access)], path: &str) -> Option<Access> {
    table.iter().find(|(known, _)| *known == path).map(|(_, access)| *access)
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos_axum::{AxumRouteListing, generate_route_list};
    use std::collections::BTreeSet;

    fn names(table: &'static [(&str, Access)]) -> BTreeSet<String> {
        table.iter().map(|(path, _)| (*path).to_owned()).collect()
    }

    #[tokio::test]
    async fn every_page_and_server_function_is_in_the_table() {
        let routes = generate_route_list(crate::App);
        let pages: BTreeSet<String> = routes.iter().map(AxumRouteListing::path).map(str::to_owned).collect();
        assert_eq!(pages, names(PAGES));
        let functions: BTreeSet<String> =
            leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned()).collect();
        assert_eq!(functions, names(SERVER_FNS));
    }
}
