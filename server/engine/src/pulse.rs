//! How long our leases surely last. An effect that isn't done by then is broken off: another engine may be at its target.

use crate::target::LEASE;
use domain::mail_system::MailError;
use std::{future, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// What clocks may differ by, and the way to the mail server.
const MARGIN: Duration = Duration::from_secs(3);

/// Without a beat, in an engine that is worked by hand, leases last.
#[derive(Clone, Default)]
pub struct Pulse(Arc<watch::Sender<Option<Instant>>>);

impl Pulse {
    /// All leases on what is in hand were prolonged, by a transaction that began then.
    pub fn beat(&self, begun: Instant) {
        self.0.send_replace(Some(begun + LEASE.saturating_sub(MARGIN)));
    }

    /// The effect, or an error when its lease may end first. Whether it happened is then for a look to tell.
    pub async fn keep<T>(&self, effect: impl Future<Output = Result<T, MailError>>) -> Result<T, MailError> {
        tokio::select! {
            biased;
            done = effect => done,
            () = self.ended() => Err(MailError::Unavailable {
                reason: "broken off, because the database doesn't confirm that nobody else is at it".into(),
                retry_after: None,
            }),
        }
    }

    async fn ended(&self) {
        let mut beats = self.0.subscribe();
        loop {
            let end = *beats.borrow_and_update();
            let ended = async {
                match end {
                    Some(end) => sleep_until(end).await,
                    None => future::pending().await,
                }
            };
            tokio::select! {
                () = ended => return,
                _ = beats.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lasts(pulse: &Pulse, span: Duration) -> bool {
        let effect = async {
            tokio::time::sleep(span).await;
            Ok(())
        };
        pulse.keep(effect).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn an_effect_lasts_as_long_as_leases_are_prolonged() {
        let pulse = Pulse::default();
        assert!(lasts(&pulse, LEASE * 9).await, "nobody beats");
        pulse.beat(Instant::now());
        assert!(lasts(&pulse, Duration::from_secs(11)).await);
        assert!(!lasts(&pulse, Duration::from_secs(2)).await, "thirteen seconds after the beat");
        let beating = async {
            loop {
                pulse.beat(Instant::now());
                tokio::time::sleep(LEASE / 3).await;
            }
        };
        tokio::select! {
            biased;
            () = beating => {}
            lasted = lasts(&pulse, LEASE * 9) => assert!(lasted),
        }
    }
}
