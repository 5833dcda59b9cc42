//! From a configuration to a running portal: one road for `recant serve`, the demo and the tests.

use crate::{
    background,
    config::Config,
    http::{self, Site, SiteError, Web},
    wiring::{self, WiringError},
    world,
};
use domain::{
    mail_system::MailSystem,
    portal::Portal,
    vault::rotation::{self, KeysError},
    world::World,
};
use engine::Waker;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use store::Database;
use thiserror::Error;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Requests and mailboxes in hand get so long to be finished when the server stops. Whatever isn't is taken up
/// again after the next start.
const GRACE: Duration = Duration::from_secs(25);
const SIGNING: Duration = Duration::from_secs(5);

/// What tests and the demo choose themselves.
#[derive(Default)]
pub struct Overrides {
    pub world: Option<World>,
    /// Bound already, so that the port is known before the configuration is written.
    pub listener: Option<TcpListener>,
    /// Instead of the configured ones.
    pub mail: Option<Arc<dyn MailSystem>>,
}

/// A portal that answers requests.
pub struct Running {
    pub addr: SocketAddr,
    pub portal: Arc<Portal>,
    pub database: Database,
    stop: CancellationToken,
    tasks: TaskTracker,
    answering: JoinHandle<io::Result<()>>,
    /// They end after everything that writes to the trail.
    signers: TaskTracker,
    last_of_all: CancellationToken,
}

#[derive(Debug, Error)]
pub enum BootError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error(transparent)]
    Engine(#[from] domain::store::StoreError),
    #[error(transparent)]
    Vault(#[from] KeysError),
    #[error("can't listen on {addr} (server.listen): {cause}")]
    Listen { addr: SocketAddr, cause: io::Error },
}

pub async fn boot(config: &Config, overrides: Overrides) -> Result<Running, BootError> {
    install_tls();
    let site = Site::open(&config.site)?;
    let addr = config.server.listen;
    let unheard = |cause| BootError::Listen { addr, cause };
    let listener = match overrides.listener {
        Some(listener) => listener,
        None => TcpListener::bind(addr).await.map_err(unheard)?,
    };
    let addr = listener.local_addr().map_err(unheard)?;
    let database = wiring::database(config).await?;
    let waker = Waker::default();
    let world = overrides.world.unwrap_or_else(world::real);
    let engine = Arc::new(waker.clone());
    let portal = match overrides.mail {
        Some(mail) => wiring::portal_on(mail, config, &database, world, engine)?,
        None => wiring::portal(config, &database, world, engine)?,
    };
    let portal = Arc::new(portal);
    rotation::check(portal.store.as_ref(), &portal.master_key).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    background::start(&portal, waker, &tasks, &stop).await?;
    let router = http::router(Web {
        portal: portal.clone(),
        site,
        public_url: config.server.public_url.clone(),
        trusted_proxies: config.server.trusted_proxies.clone(),
        port: addr.port(),
        stop: stop.clone(),
    });
    let (signers, last_of_all) = (TaskTracker::new(), CancellationToken::new());
    background::checkpoints::start(&portal, config.audit.clone(), &signers, &last_of_all);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let answering = tokio::spawn(async move { serving.await });
    tracing::info!(%addr, public_url = %config.server.public_url, "ready");
    Ok(Running { addr, portal, database, stop, tasks, answering, signers, last_of_all })
}

/// rustls takes its cryptography from whoever installs it first: ring, before anything connects.
fn install_tls() {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("the TLS provider was installed before");
    }
}

impl Running {
    /// Ends when the portal was told to stop, from wherever.
    pub async fn stopping(&self) {
        self.stop.cancelled().await;
    }

    /// Takes no more requests, lets those under way and the engine finish what they have in hand, closes the
    /// database. False: the time was up before that.
    pub async fn stop(self) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let finished = timeout(GRACE, async {
            self.tasks.wait().await;
            let _ = self.answering.await;
        });
        let in_time = finished.await.is_ok();
        // Only now: the last checkpoint has everything that was written before.
        self.last_of_all.cancel();
        self.signers.close();
        let in_time = timeout(SIGNING, self.signers.wait()).await.is_ok() && in_time;
        self.database.close().await;
        tracing::info!(in_time, "stopped");
        in_time
    }
}
