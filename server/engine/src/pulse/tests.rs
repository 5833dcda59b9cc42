use super::*;

const ONE: Uuid = Uuid::from_u128(1);
const TWO: Uuid = Uuid::from_u128(2);

async fn lasts(pulse: &Pulse, span: Duration) -> bool {
    let effect = async {
        tokio::time::sleep(span).await;
        Ok(())
    };
    pulse.keep(effect).await.is_ok()
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn an_effect_lasts_as_long_as_leases_are_prolonged() {
    let pulses = Pulses::default();
    let pulse = pulses.of(ONE);
    let beat = || pulses.beat(Instant::now(), &[ONE], &HashSet::from([ONE]));
    assert!(lasts(&pulse, LEASE * 9).await, "nobody beats");
    beat();
    assert!(lasts(&pulse, seconds(11)).await);
    assert!(!lasts(&pulse, seconds(2)).await, "thirteen seconds after the beat");
    assert!(!lasts(&pulse, Duration::ZERO).await, "nothing begins any more");
    let beating = async {
        loop {
            beat();
            tokio::time::sleep(LEASE / 3).await;
        }
    };
    tokio::select! {
        biased;
        () = beating => {}
        lasted = lasts(&pulse, LEASE * 9) => assert!(lasted),
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_lost_ends_when_it_would_have() {
    let pulses = Pulses::default();
    let (one, two) = (pulses.of(ONE), pulses.of(TWO));
    pulses.beat(Instant::now(), &[], &HashSet::new());
    for _ in 0..2 {
        tokio::time::sleep(seconds(5)).await;
        pulses.beat(Instant::now(), &[ONE, TWO], &HashSet::from([TWO]));
    }
    assert!(lasts(&one, seconds(1)).await);
    assert!(!lasts(&one, seconds(2)).await, "thirteen seconds after the beat before it was lost");
    assert!(lasts(&two, seconds(5)).await);
    let again = pulses.of(ONE);
    assert!(lasts(&again, seconds(1)).await, "claimed anew");
}

#[tokio::test(start_paused = true)]
async fn who_may_be_taken_for_dead_does_and_claims_nothing() {
    let pulses = Pulses::default();
    let pulse = pulses.of(ONE);
    assert!(pulses.may_claim(), "worked by hand");
    pulses.missed();
    assert!(!pulses.may_claim(), "before the first roll call");
    assert!(pulses.answered(Instant::now(), Some(seconds(8))));
    assert!(pulses.may_claim());
    pulses.missed();
    assert!(!pulses.may_claim() && lasts(&pulse, seconds(5)).await, "what is in hand goes on for a while");
    assert!(!lasts(&pulse, seconds(2)).await, "seven seconds after the answer");
    assert!(pulses.answered(Instant::now(), Some(seconds(8))) && pulses.may_claim());
    assert!(!pulses.answered(Instant::now(), Some(seconds(8))), "it wasn't absent");
    tokio::time::sleep(seconds(7)).await;
    assert!(!pulses.may_claim(), "a roll call that hangs");
    pulses.answered(Instant::now(), None);
    assert!(pulses.may_claim() && lasts(&pulse, LEASE * 9).await, "the only one there is");
}
