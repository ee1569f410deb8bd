//! The link against scripted sensors, in paused time: whatever goes wrong, every sample that was sent
//! is received or reported lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use retrogait::decode::table::Kind;
use retrogait::link::Clock;
use retrogait::link::fake::{FakeRadio, Feed, Mishap, Script, Start, Tally as Sent};
use retrogait::link::intake::{self, Event, Outlet, What};
use retrogait::link::run::{Command, Link, Wanted};
use retrogait::link::state::{Deadlines, State};
use retrogait::link::transport::Fault;
use retrogait::live::assemble::{Assembly, Found, Part, Role, Row, Tally};
use tokio::sync::{Mutex, mpsc, watch};
use tokio::time::{Instant, sleep};

/// Samples that are all different: still, and turning at a rate that counts up.
struct Numbered(u32);

impl Feed for Numbered {
    fn next(&mut self) -> Option<[i16; 6]> {
        self.0 += 1;
        let low = i16::try_from(self.0 % 30_000).unwrap();
        let high = i16::try_from(self.0 / 30_000).unwrap();
        Some([0, 2048, high, low, 0, 0])
    }
}

fn script(rate_hz: u16) -> Script {
    Script::new("F2:00:00:00:00:01", rate_hz, Box::new(Numbered(0)))
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What became of a session.
struct Outcome {
    sent: Vec<Sent>,
    got: Vec<Tally>,
    rows: Vec<Row>,
    states: Vec<Vec<String>>,
    found: Vec<Found>,
    events: Vec<Event>,
    ended: Vec<Result<(), Fault>>,
}

/// Plays scripts for `length`; the consumer sleeps for `slow` after each event of the first `slow_for`.
async fn play_slowly(scripts: Vec<Script>, length: Duration, slow: Duration, slow_for: Duration) -> Outcome {
    let roles = [Role::Shank, Role::Thigh];
    let parts: Vec<_> = scripts
        .iter()
        .zip(roles)
        .map(|(script, role)| Part { role, kind: Kind::Open, rate_hz: script.rate_hz.into() })
        .collect();
    let addresses: Vec<_> = scripts.iter().map(|s| s.address.clone()).collect();
    let radio = FakeRadio::new(scripts);
    let (tx, mut rx) = intake::queue();
    let (stop, stopped) = watch::channel(false);
    let (clock, turn) = (Clock::start(), Arc::new(Mutex::new(())));
    let mut links = Vec::new();
    for (i, (part, address)) in parts.iter().zip(addresses).enumerate() {
        let (_commands, rx) = mpsc::channel::<Command>(1);
        let link = Link {
            transport: Arc::new(radio.clone()),
            wanted: Wanted { address, kind: part.kind, rate_hz: part.rate_hz },
            deadlines: Deadlines::default(),
            outlet: Outlet::new(i, clock, tx.clone()),
            turn: Arc::clone(&turn),
            stop: stopped.clone(),
            commands: rx,
            firmware: None,
        };
        links.push(tokio::spawn(link.run()));
    }
    drop(tx);
    let consumer = tokio::spawn(async move {
        let start = Instant::now();
        let mut events = Vec::new();
        while let Some(event) = rx.recv().await {
            events.push(event);
            if start.elapsed() < slow_for {
                sleep(slow).await;
            }
        }
        events
    });
    sleep(length).await;
    stop.send_replace(true);
    let mut ended = Vec::new();
    for link in links {
        ended.push(link.await.unwrap());
    }
    let events = consumer.await.unwrap();
    let mut assembly = Assembly::new(&parts);
    let mut outcome = Outcome {
        sent: (0..parts.len()).map(|i| radio.tally(i)).collect(),
        got: Vec::new(),
        rows: Vec::new(),
        states: vec![Vec::new(); parts.len()],
        found: Vec::new(),
        events,
        ended,
    };
    let mut found = Vec::new();
    for event in &outcome.events {
        assembly.take(event, &mut |f| found.push(f));
    }
    let end = outcome.events.last().map_or_else(Default::default, |e| e.at);
    assembly.finish(end, &mut |f| found.push(f));
    for f in &found {
        match f {
            Found::Row(row) => outcome.rows.push(*row),
            Found::Link { sensor, state } => outcome.states[*sensor].push(state.word().to_owned()),
            _ => {}
        }
    }
    outcome.found = found;
    outcome.got = (0..parts.len()).map(|i| assembly.tally(i)).collect();
    outcome
}

async fn play(scripts: Vec<Script>, length: Duration) -> Outcome {
    play_slowly(scripts, length, Duration::ZERO, Duration::ZERO).await
}

impl Outcome {
    /// Every sample up to the last delivered is received or reported, by the sensor's own count; none is
    /// received twice, none invented, and rows go forward in time.
    #[track_caller]
    fn nothing_unnoticed(&self) {
        for (i, (sent, got)) in self.sent.iter().zip(&self.got).enumerate() {
            assert_eq!(got.samples + got.lost(), sent.due, "sensor {i}: {sent:?} {got:?}");
            assert_eq!(got.lost_inferred, 0, "sensor {i}: {got:?}");
            assert_eq!(got.odd, 0, "sensor {i}: {got:?}");
        }
        self.rows_in_order();
    }

    #[track_caller]
    fn rows_in_order(&self) {
        assert!(self.rows.windows(2).all(|w| w[0].sample.time < w[1].sample.time));
        let numbers: Vec<_> = self.rows.iter().map(|r| r.sample.shank.gyr_dps[0]).collect();
        let mut seen = numbers.clone();
        seen.sort_by(f64::total_cmp);
        seen.dedup();
        assert!(numbers.len() > 30_000 || seen.len() == numbers.len(), "a sample came twice");
    }

    fn states(&self, sensor: usize) -> String {
        self.states[sensor].join(" ")
    }

    fn lost_in_rows(&self, rate_hz: f64) -> f64 {
        self.rows
            .windows(2)
            .map(|w| w[1].sample.time.since(w[0].sample.time).seconds() * rate_hz - 1.0)
            .filter(|gap| *gap > 0.5)
            .sum()
    }
}

#[tokio::test(start_paused = true)]
async fn a_clean_session_loses_nothing_and_says_so() {
    let out = play(vec![script(100)], s(60)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].lost(), 0);
    assert!(out.got[0].samples > 5900, "{:?}", out.got[0]);
    assert_eq!(out.states(0), "scanning connecting discovering configuring streaming ended");
    assert_eq!(out.rows.len() as u64, out.got[0].samples);
    assert!(out.found.contains(&Found::Battery { sensor: 0, percent: 87 }));
    assert_eq!(out.ended, [Ok(())]);
}

#[tokio::test(start_paused = true)]
async fn lost_notifications_become_gaps_of_their_length() {
    for loss in [0.02, 0.2, 0.6] {
        let out = play(vec![Script { loss, ..script(200) }], s(60)).await;
        out.nothing_unnoticed();
        assert!(out.got[0].lost_counted > 0);
        assert!((out.lost_in_rows(200.0) - out.got[0].lost() as f64).abs() < 0.5);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stall_is_stale_and_then_made_up_for() {
    let mishaps = [(s(20), Mishap::Stall { length: s(2) })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(40)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].lost(), 0);
    assert_eq!(out.states(0), "scanning connecting discovering configuring streaming stale streaming ended");
    // The analysis hears of it while it lasts, and not otherwise.
    let silent = |e: &&Event| e.what == What::Silent;
    let told: Vec<_> = out.events.iter().filter(silent).map(|e| e.at.seconds()).collect();
    assert!((5..=8).contains(&told.len()), "{told:?}");
    assert!(told.iter().all(|t| (20.4..22.1).contains(t)), "{told:?}");
    // Its clock is the sensor's: what came late is not later.
    assert!(out.lost_in_rows(100.0) < 0.5);
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_lasts_is_ended_and_the_link_built_anew() {
    let mishaps = [(s(20), Mishap::Lose { length: s(6) })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(60)).await;
    out.nothing_unnoticed();
    assert!(out.got[0].lost() >= 590, "{:?}", out.got[0]);
    assert!(out.got[0].reconnections >= 1);
    assert!(out.states(0).contains("streaming stale reconnecting scanning connecting"), "{}", out.states(0));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_link_comes_back_and_the_hole_is_counted() {
    let mishaps = [(s(10), Mishap::Drop { away: s(3) }), (s(30), Mishap::Drop { away: ms(100) })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(60)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].reconnections, 2);
    assert!((300..800).contains(&out.got[0].lost()), "{:?}", out.got[0]);
}

#[tokio::test(start_paused = true)]
async fn a_drop_in_each_state_is_survived() {
    for start in [
        Start::Refused,
        Start::AbortedLocally,
        Start::ConnectHangs,
        Start::DropsDiscovering,
        Start::DiscoverHangs,
        Start::LateServices,
        Start::DropsConfiguring,
        Start::ConfigureHangs,
        Start::Mute,
    ] {
        // At first, and once more after a drop.
        let starts = [start, Start::LateServices, start].into();
        let mishaps = [(s(40), Mishap::Drop { away: ms(500) })].into();
        let out = play(vec![Script { starts, mishaps, ..script(100) }], s(100)).await;
        assert_eq!(out.ended, [Ok(())], "{start:?}");
        assert_eq!(out.got[0].samples + out.got[0].lost(), out.sent[0].due - unheard(&out), "{start:?}");
        assert!(out.got[0].samples > 4000, "{start:?}: {:?}", out.got[0]);
        out.rows_in_order();
    }
}

/// Samples that were taken before the first that was ever received: nobody was there to hear them.
fn unheard(out: &Outcome) -> u64 {
    let first = out.rows.first().unwrap().sample.shank.gyr_dps[0];
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let number = (first / 2000.0 * 32_768.0).round() as u64;
    number - 1
}

#[tokio::test(start_paused = true)]
async fn the_ordinary_abort_is_tried_again_at_once() {
    let starts = [Start::AbortedLocally; 3].into();
    let out = play(vec![Script { starts, ..script(100) }], s(5)).await;
    assert!(out.got[0].samples > 300, "{:?}", out.got[0]);
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_never_answers_or_is_another_one_is_given_up() {
    let starts = vec![Start::Refused; 20].into();
    let out = play(vec![Script { starts, ..script(100) }], s(200)).await;
    assert!(matches!(out.ended[..], [Err(Fault::Refused(_))]), "{:?}", out.ended);
    let starts = vec![Start::WrongServices; 20].into();
    let out = play(vec![Script { starts, ..script(100) }], s(200)).await;
    assert!(matches!(out.ended[..], [Err(Fault::Missing(_))]), "{:?}", out.ended);
    assert_eq!(out.states(0), "scanning connecting discovering ended");
}

#[tokio::test(start_paused = true)]
async fn a_sensor_that_is_switched_off_counts_anew_and_the_hole_stays() {
    let mishaps = [(s(20), Mishap::Off { away: s(12) })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(60)).await;
    let got = out.got[0];
    // Nobody counted while it was off: the hole is known by the clock on the wall, to a few samples.
    assert!(out.found.contains(&Found::Restarted { sensor: 0 }));
    // Twelve seconds off, and up to five until the next attempt.
    assert!((1190..1750).contains(&got.lost_inferred), "{got:?}");
    assert!(got.samples + got.lost() >= out.sent[0].due);
    out.rows_in_order();
    let last = out.rows.last().unwrap();
    let behind = last.at.seconds() - last.sample.time.seconds();
    assert!((behind - out.rows[0].at.seconds()).abs() < 0.2, "{behind}");
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_after_a_drop_is_dropped() {
    let mishaps = [(s(10), Mishap::Drop { away: s(1) }), (s(20), Mishap::Repeat { notifications: 8 })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(40)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].repeated, 5 * out.sent[0].repeated);
    assert!(out.got[0].repeated > 0);
}

#[tokio::test(start_paused = true)]
async fn counters_that_wrap_are_followed_even_across_a_drop() {
    let mishaps = [(s(20), Mishap::Drop { away: s(2) })].into();
    let begins = (65_536 - 2100, (1 << 32) - 21_000_000);
    let out = play(vec![Script { mishaps, begins, loss: 0.05, ..script(100) }], s(60)).await;
    out.nothing_unnoticed();
}

#[tokio::test(start_paused = true)]
async fn two_sensors_are_on_one_clock() {
    let mut thigh = Script { drift_ppm: 80.0, jitter: ms(15), seed: 5, ..script(100) };
    thigh.address = "F2:00:00:00:00:02".into();
    thigh.begins = (123, 77_000_000);
    let shank = Script { drift_ppm: -60.0, jitter: ms(15), loss: 0.01, ..script(100) };
    let out = play(vec![shank, thigh], s(600)).await;
    // Only what each was asked for before the other streamed has no partner.
    let late: Vec<_> = out.rows.iter().skip(500).collect();
    let paired = late.iter().filter(|r| r.sample.thigh.is_some()).count();
    assert!(paired as f64 > 0.98 * late.len() as f64, "{paired} of {}", late.len());
    // Both count up at once: their difference is the error of one clock against the other.
    let numbers = |r: &Row| {
        let n = |v: f64| v / 2000.0 * 32_768.0;
        let thigh = r.sample.thigh?;
        (thigh.gyr_dps[0] > 1.0).then(|| n(r.sample.shank.gyr_dps[0]) - n(thigh.gyr_dps[0]))
    };
    let offsets: Vec<_> = late.iter().filter_map(|r| numbers(r)).filter(|d| d.abs() < 1000.0).collect();
    let drift = |seconds: f64| seconds * 100.0 * -140e-6;
    let (first, last) = (offsets[100], offsets[offsets.len() - 100]);
    // 600 s at 140 ppm are 84 ms, 8.4 samples: the clocks must not have been taken for equal.
    assert!(((last - first) - drift(590.0)).abs() < 0.6, "{first} {last}");
}

#[tokio::test(start_paused = true)]
async fn rows_wait_for_a_thigh_sensor_whose_values_come_late() {
    let mut thigh = Script { jitter: ms(180), seed: 5, ..script(100) };
    thigh.address = "F2:00:00:00:00:02".into();
    let out = play(vec![script(100), thigh], s(60)).await;
    let late: Vec<_> = out.rows.iter().skip(500).collect();
    let paired = late.iter().filter(|r| r.sample.thigh.is_some()).count();
    assert!(paired as f64 > 0.97 * late.len() as f64, "{paired} of {}", late.len());
}

#[tokio::test(start_paused = true)]
async fn silence_is_told_for_as_long_as_the_link_is_down() {
    let mishaps = [(s(10), Mishap::Drop { away: s(8) })].into();
    let out = play(vec![Script { mishaps, ..script(100) }], s(30)).await;
    let told: Vec<_> = out.events.iter().filter(|e| e.what == What::Silent).map(|e| e.at.seconds()).collect();
    assert!(told.windows(2).all(|w| (w[1] - w[0] - 0.25).abs() < 0.01), "{told:?}");
    assert!(told[0] < 10.8 && told[told.len() - 1] > 17.5, "{told:?}");
}

#[tokio::test(start_paused = true)]
async fn losing_the_thigh_sensor_leaves_the_shank_untouched() {
    let mut thigh = Script { seed: 5, ..script(100) };
    thigh.address = "F2:00:00:00:00:02".into();
    thigh.mishaps = [(s(20), Mishap::Drop { away: s(10) })].into();
    let out = play(vec![script(100), thigh], s(60)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].lost(), 0);
    let alone = out.rows.iter().filter(|r| r.sample.thigh.is_none()).count();
    assert!((900..1700).contains(&alone), "{alone}");
    // No row waited long for what could not come.
    assert!(out.rows.len() as u64 == out.got[0].samples);
}

#[tokio::test(start_paused = true)]
async fn a_slow_consumer_loses_nothing_until_the_queue_is_full_and_then_it_is_told() {
    // 20 values a second, each taking 0.2 s for a minute: the queue holds them.
    let out = play_slowly(vec![script(100)], s(120), ms(200), s(60)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].lost(), 0);
    // 400 values a second against one a second for a minute: it cannot.
    let fast = Script { packet: 1, ..script(400) };
    let out = play_slowly(vec![fast], s(120), s(1), s(60)).await;
    out.nothing_unnoticed();
    assert!(out.got[0].overrun > 1000, "{:?}", out.got[0]);
    assert_eq!(out.got[0].overrun, out.got[0].lost_counted);
    assert!(out.events.iter().any(|e| matches!(e.what, What::Overrun { .. })));
}

#[tokio::test(start_paused = true)]
async fn everything_at_once_is_still_accounted_for() {
    for seed in 1..=8 {
        let mishaps = [
            (s(10), Mishap::Lose { length: ms(900) }),
            (s(20), Mishap::Drop { away: s(2) }),
            (s(35), Mishap::Stall { length: ms(1500) }),
            (s(50), Mishap::Repeat { notifications: 5 }),
            (s(60), Mishap::Drop { away: ms(50) }),
            (s(70), Mishap::Lose { length: s(5) }),
        ]
        .into();
        let starts =
            [Start::LateServices, Start::Refused, Start::AbortedLocally, Start::DropsConfiguring].into();
        let script = Script { mishaps, starts, seed, loss: 0.05, jitter: ms(20), ..script(200) };
        let out = play(vec![script], s(120)).await;
        let got = out.got[0];
        assert_eq!(got.samples + got.lost(), out.sent[0].due - unheard(&out), "seed {seed}: {got:?}");
        out.rows_in_order();
    }
}

#[tokio::test(start_paused = true)]
async fn an_hour_with_losses_and_drops_is_accounted_for_and_memory_stays() {
    let mishaps: std::collections::VecDeque<_> =
        (1..=10).map(|i| (s(i * 340), Mishap::Drop { away: ms(500 + 300 * i) })).collect();
    let out = play(vec![Script { mishaps, loss: 0.02, jitter: ms(10), ..script(200) }], s(3600)).await;
    out.nothing_unnoticed();
    assert_eq!(out.got[0].reconnections, 10);
    assert!((out.lost_in_rows(200.0) - out.got[0].lost() as f64).abs() < 1.0);
    assert!(out.states(0).matches("reconnecting").count() >= 10);
}

#[tokio::test(start_paused = true)]
async fn stopping_ends_the_stream_at_the_sensor_from_any_state() {
    for (start, after) in [
        (None, s(5)),
        (Some(Start::ConnectHangs), s(5)),
        (Some(Start::DiscoverHangs), s(5)),
        (Some(Start::ConfigureHangs), ms(500)),
        (Some(Start::Mute), s(2)),
    ] {
        let starts = start.into_iter().collect();
        let began = Instant::now();
        let out = play(vec![Script { starts, ..script(100) }], after).await;
        assert_eq!(out.ended, [Ok(())], "{start:?}");
        assert!(began.elapsed() < after + s(7), "{start:?}: {:?}", began.elapsed());
        assert_eq!(out.states[0].last().unwrap(), State::Ended(None).word());
    }
}
