//! The small organisation that everything happens to, and where its things lie.

use anyhow::{Context, Result};
use domain::{
    mail::NamedAddress,
    mail_system::MailSystem,
    mailer::Mailer,
    org::{Group, Member, Person},
    policy::Policy,
    portal::{Parts, Portal, Settings, Wake},
    shared::Language,
    store::Store,
    vault::{KeyRing, KeySource, MasterKey},
    verify::note::{KeyError, Signer},
    world::World,
};
use mailbox::maildir::{MaildirConfig, MaildirSystem};
use std::{fs, path::PathBuf, sync::Arc, time::Duration};

pub const DOMAIN: &str = "office.test";
/// Approves.
pub const BOSS: &str = "boss";
/// They send, ask and withdraw.
pub const SENDERS: [&str; 3] = ["ann", "bob", "cho"];
/// On legal hold.
pub const HELD: &str = "lea";
/// In the directory, without a mailbox.
pub const NOWHERE: &str = "nil";
/// Everybody with a mailbox.
pub const MAILBOXES: [&str; 8] = [BOSS, "ann", "bob", "cho", "dan", "eve", "fay", HELD];

/// Each is a key of its own.
const ROTATIONS: u8 = 200;

/// As in production.
pub const RETENTION: Duration = Duration::from_hours(30 * 24);

/// What the database is on.
#[derive(Clone, Debug)]
pub struct Place {
    pub folder: PathBuf,
    pub url: String,
}

impl Place {
    pub fn maildir(&self, name: &str) -> PathBuf {
        self.folder.join("mail").join(DOMAIN).join(name).join("Maildir")
    }

    pub fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    pub fn clock(&self) -> PathBuf {
        self.folder.join("clock")
    }

    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// As the key file says now: how often the key was rotated.
    pub fn rotations(&self) -> Result<u8> {
        let file = self.rotations_file();
        Ok(if file.exists() { fs::read_to_string(&file)?.parse()? } else { 0 })
    }

    /// Another master key is the first one from now on. False: there are enough.
    pub fn rotate(&self) -> Result<bool> {
        let Some(rotations) = self.rotations()?.checked_add(1).filter(|count| *count < ROTATIONS) else {
            return Ok(false);
        };
        let scratch = self.folder.join("rotations.new");
        fs::write(&scratch, rotations.to_string())?;
        fs::rename(&scratch, self.rotations_file())?;
        Ok(true)
    }

    /// Learns of rotations, as a process that reads the key file does.
    pub fn master_key(&self) -> Result<MasterKey> {
        let ring = KeySource::read(self).context("the master keys")?;
        Ok(MasterKey::from_source(ring, Arc::new(self.clone())))
    }

    fn rotations_file(&self) -> PathBuf {
        self.folder.join("rotations")
    }

    pub fn mail_system(&self) -> Result<Arc<MaildirSystem>> {
        Ok(Arc::new(MaildirSystem::new(MaildirConfig::new(self.folder.join("mail")))?))
    }

    /// Empty mailboxes.
    pub fn found(&self) -> Result<()> {
        for name in MAILBOXES {
            for sub in ["cur", "new", "tmp"] {
                let folder = self.maildir(name).join(sub);
                fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            }
        }
        Ok(())
    }
}

pub fn address(name: &str) -> String {
    format!("{name}@{DOMAIN}")
}

/// The part before the `@`.
pub fn local(address: &str) -> &str {
    address.split('@').next().unwrap_or(address)
}

/// `boss` manages all others; `all@` holds everybody and a guest, `team@` holds `core@` and `bob`.
pub async fn hire(store: &dyn Store, world: &World) -> Result<()> {
    let boss = person(world, BOSS)?;
    let mut people = Vec::new();
    for name in MAILBOXES.into_iter().chain([NOWHERE]).filter(|name| *name != BOSS) {
        people.push(Person { manager: Some(boss.id), legal_hold: name == HELD, ..person(world, name)? });
    }
    people.push(boss);
    let members = |names: &[&str]| -> Vec<Member> {
        let named = people.iter().filter(|person| names.contains(&person.name.as_str()));
        named.map(|person| Member::Person(person.id)).collect()
    };
    let core = group(world, "core", members(&["dan", "eve"]))?;
    let mut team = members(&["bob"]);
    team.push(Member::Group(core.id));
    let mut all = members(&MAILBOXES);
    all.push(Member::Outside("guest@out.test".parse()?));
    let groups = [group(world, "team", team)?, group(world, "all", all)?, core];
    let mut tx = store.write().await?;
    tx.replace_organisation(&people, &[], &groups).await?;
    Ok(tx.commit().await?)
}

fn person(world: &World, name: &str) -> Result<Person> {
    Ok(Person {
        id: world.id(),
        name: name.to_owned(),
        address: address(name).parse()?,
        aliases: Vec::new(),
        department: None,
        manager: None,
        language: Language::English,
        roles: Vec::new(),
        active: true,
        legal_hold: false,
        delegates: vec![],
    })
}

fn group(world: &World, name: &str, members: Vec<Member>) -> Result<Group> {
    Ok(Group { id: world.id(), address: address(name).parse()?, name: name.to_owned(), members })
}

/// The newest key first; none is ever taken out of the file.
impl KeySource for Place {
    fn read(&self) -> Option<KeyRing> {
        KeyRing::new((0..=self.rotations().ok()?).rev().map(|count| [7 + count; 32]))
    }
}

/// Signs the trail.
pub fn signer() -> Result<Signer, KeyError> {
    Signer::new("office.test/trail", [9; 32])
}

pub fn portal(
    store: Arc<dyn Store>,
    mail: Arc<dyn MailSystem>,
    mailer: Arc<dyn Mailer>,
    world: World,
    master_key: MasterKey,
    engine: Arc<dyn Wake>,
) -> Result<Portal> {
    Ok(Portal::new(Parts {
        store,
        mail,
        mailer,
        world,
        master_key,
        settings: Settings {
            organisation: "Office".into(),
            public_url: "http://127.0.0.1".into(),
            time_zone: chrono_tz::UTC,
            policy: Policy::default(),
            max_upload: 1_000_000,
            mail_domain: DOMAIN.into(),
            retention: RETENTION,
            sender: NamedAddress { name: "Recant".into(), address: address("recant").parse()? },
        },
        wording: Arc::new(testkit::wording::Plain),
        engine,
    }))
}
