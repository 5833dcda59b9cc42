//! Where a script begins: two people, four mails, two cases with three targets each, and a correction for each
//! target of the second one. Made once, and put back for each script.

use super::model::{Model, OfTarget, Outgoing};
use crate::{
    bed::Bed,
    builders::{BO, MEI, case, correction, mail, person},
};
use domain::{
    case::{Case, Correction, Target},
    org::Person,
    sent::SentMessage,
    shared::CorrectionState,
    store::Store,
};
use std::{fs, path::PathBuf};
use store::{Database, Options};
use tempfile::TempDir;

/// The same test on both databases.
macro_rules! properties {
    ($($property:ident: $commands:expr),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $property() {
                crate::properties::check(&crate::properties::stage::Stage::sqlite(), { use super::*; $commands });
            })+
        }
        mod postgres {
            $(#[test]
            fn $property() {
                if let Some(stage) = crate::properties::stage::Stage::postgres() {
                    crate::properties::check(&stage, { use super::*; $commands });
                }
            })+
        }
    };
}

pub enum Stage {
    /// A file to be copied.
    File { _bed: Bed, path: PathBuf },
    /// Its tables have a copy beside them.
    Server { bed: Bed },
}

/// A stage with nothing done on it yet.
pub struct Scene {
    pub db: Database,
    folder: Option<TempDir>,
}

const KEEP: &str = "CREATE SCHEMA kept;
    DO $$ DECLARE t text; BEGIN
        FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' LOOP
            EXECUTE format('CREATE TABLE kept.%I AS TABLE public.%I', t, t);
        END LOOP;
    END $$";

/// Without triggers and references, so in any order. Columns that the database computes can't be written.
const PUT_BACK: &str = "SET session_replication_role = replica;
    DO $$ DECLARE t text; c text; BEGIN
        FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept' LOOP
            SELECT string_agg(quote_ident(column_name), ', ') INTO c FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = t AND is_generated = 'NEVER';
            EXECUTE format('DELETE FROM public.%I', t);
            EXECUTE format('INSERT INTO public.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM kept.%I', t, c, c, t);
        END LOOP;
    END $$";

fn now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

impl Stage {
    pub fn sqlite() -> Self {
        now(async {
            let bed = Bed::sqlite().await;
            furnish(&bed).await;
            bed.db.close().await;
            let path = bed.url.strip_prefix("sqlite:").unwrap().into();
            Self::File { _bed: bed, path }
        })
    }

    pub fn postgres() -> Option<Self> {
        now(async {
            let bed = Bed::postgres().await?;
            furnish(&bed).await;
            bed.db.close().await;
            bed.by_hand(KEEP).await.unwrap();
            Some(Self::Server { bed })
        })
    }

    pub async fn scene(&self) -> Scene {
        // The next transaction gets the connection of the one before, so a dropped one has been rolled back by then:
        // until it is, its rows stay locked, and claims pass over them.
        let options = Options { max_connections: 1, ..Options::default() };
        match self {
            Self::File { path, .. } => {
                let folder = TempDir::new().unwrap();
                let copy = folder.path().join("recant.db");
                fs::copy(path, &copy).unwrap();
                let url = format!("sqlite:{}", copy.display());
                Scene { db: Database::open(&url, &options).await.unwrap(), folder: Some(folder) }
            }
            Self::Server { bed } => {
                bed.by_hand(PUT_BACK).await.unwrap();
                Scene { db: Database::open(&bed.url, &options).await.unwrap(), folder: None }
            }
        }
    }
}

impl Scene {
    pub async fn end(self) {
        self.db.close().await;
        drop(self.folder);
    }
}

pub fn people() -> [Person; 2] {
    [person(MEI, "林美"), person(BO, "Bo")]
}

pub fn mails() -> Vec<SentMessage> {
    (1..=4).map(|n| mail(n, if n == 4 { BO } else { MEI }, "合同")).collect()
}

/// Those of the first case are planned, those of the second one queued.
pub fn cases() -> Vec<(Case, Vec<Target>, Vec<Correction>)> {
    let written = |n| {
        let (case, targets) = case(n, 3);
        let state = if n == 1 { CorrectionState::Planned } else { CorrectionState::Queued };
        let corrections = targets.iter().map(|target| Correction { state, ..correction(target) });
        let corrections = corrections.collect();
        (case, targets, corrections)
    };
    vec![written(1), written(2)]
}

async fn furnish(bed: &Bed) {
    let mut tx = bed.db.write().await.unwrap();
    tx.replace_organisation(&people(), &[], &[]).await.unwrap();
    tx.insert_sent(&mails()).await.unwrap();
    for (case, targets, corrections) in cases() {
        tx.insert_case(&case, &targets, &corrections).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// The same in memory.
pub fn model() -> Model {
    let mut model = Model { directory_version: 1, ..Model::default() };
    model.people = people().map(|person| (person.id, person)).into();
    model.sent = mails().into_iter().map(|message| (message, false)).collect();
    for (case, targets, corrections) in cases() {
        model.cases.push(case);
        model.targets.extend(targets.into_iter().map(OfTarget::new));
        model.corrections.extend(corrections.into_iter().map(Outgoing::new));
    }
    model
}
