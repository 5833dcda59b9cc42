//! Does everything the portal leans on work? Asked by `recant doctor` and the administrator's page.

use crate::{portal::Portal, vault::rotation};

/// One thing looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub area: Area,
    /// Ok: what was found. Err: what is wrong and what to do.
    pub result: Result<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    Database,
    Vault,
    MailSystem,
    Sending,
    People,
}

pub async fn examine(portal: &Portal) -> Vec<Finding> {
    let people = async {
        let directory = portal.directory().await.map_err(|error| error.to_string())?;
        let people = directory.people();
        if people.is_empty() {
            return Err("nobody is in the directory: import people with `recant org import`".to_owned());
        }
        let alone = people
            .iter()
            .filter(|person| person.active && directory.approvers_of(person.id).is_empty())
            .count();
        if alone > 0 {
            return Err(format!(
                "{alone} people have nobody who can approve their requests: give them a manager, or somebody the role approver"
            ));
        }
        Ok(format!("{} people, {} groups", people.len(), directory.groups().len()))
    };
    let vault = async {
        rotation::check(portal.store.as_ref(), &portal.master_key)
            .await
            .map_err(|error| error.to_string())?;
        Ok(format!("all case keys open; the key that wraps is {}", portal.master_key.first_id()))
    };
    vec![
        Finding {
            area: Area::Database,
            result: portal.store.check().await.map_err(|error| error.to_string()),
        },
        Finding { area: Area::Vault, result: vault.await },
        Finding {
            area: Area::MailSystem,
            result: portal.mail.check().await.map_err(|error| error.to_string()),
        },
        Finding {
            area: Area::Sending,
            result: portal.mailer.check().await.map_err(|error| error.to_string()),
        },
        Finding { area: Area::People, result: people.await },
    ]
}
