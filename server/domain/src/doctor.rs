//! Does everything the portal leans on work? Asked by `recant doctor` and the administrator's page.

use crate::{notify::STUCK_AFTER, portal::Portal, store::StoreError, vault::rotation};
use shared::Task;
use std::collections::BTreeSet;

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
    /// Held copies go back where they came from.
    PuttingBack,
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
        Finding { area: Area::PuttingBack, result: put_back(portal).await },
    ]
}

/// A release is never given up, so nothing else would say that one doesn't get anywhere.
async fn put_back(portal: &Portal) -> Result<String, String> {
    let stuck = stuck(portal).await.map_err(|error| error.to_string())?;
    if stuck.is_empty() {
        return Ok("no held copy waits in vain to go back to its mailbox".to_owned());
    }
    Err(format!(
        "held copies can't be put back, they stay in the vault and are tried again: {}",
        stuck.into_iter().collect::<Vec<_>>().join("; ")
    ))
}

async fn stuck(portal: &Portal) -> Result<BTreeSet<String>, StoreError> {
    let mut tx = portal.store.read().await?;
    let mut found = BTreeSet::new();
    for target in tx.stuck_targets(Task::Release, STUCK_AFTER).await? {
        let Some(case) = tx.case(target.case).await? else { continue };
        let trouble = target.detail.trouble.map_or("unknown", |trouble| trouble.code());
        found.insert(format!("{} {} ({trouble})", case.number, target.address()));
    }
    Ok(found)
}
