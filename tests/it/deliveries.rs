//! The simulator of deliveries, on few numbers: `cargo run --example deliveries` plays many.

#[path = "../simulator/mod.rs"]
mod simulator;

use crate::causes::dice;
use referee::domain::delivery::attempt::Without;
use simulator::{Off, play};

#[test]
fn no_story_does_what_it_may_not() {
    let (mut deliveries, mut deaths, mut excused) = (0, 0, 0);
    for seed in 0..4000 {
        let story = play(seed, Off::default());
        assert!(story.violations.is_empty(), "{seed}: {:#?}\n{}", story.violations, story.log.join("\n"));
        deliveries += story.deliveries;
        deaths += story.deaths;
        // What nobody could have known of is rare, or the stories show nothing.
        excused += story.unknowable + story.windows;
    }
    assert!(deliveries > 4000, "{deliveries}");
    assert!(deaths > 400, "{deaths} workers died with a delivery in hand");
    assert!(excused * 50 < deliveries, "{excused} of {deliveries}");
}

#[test]
fn the_same_number_tells_the_same_story() {
    for seed in [3, 71, 4711] {
        assert_eq!(play(seed, Off::default()).log, play(seed, Off::default()).log);
    }
}

/// Each protection that is taken away is missed, and by these.
#[test]
fn every_protection_is_missed() {
    let attempt = |attempt| Off { attempt, ..Off::default() };
    for (name, off, missed) in [
        ("pre_read", attempt(Without { pre_read: true, ..Without::default() }), &["I3"][..]),
        ("read_back", attempt(Without { read_back: true, ..Without::default() }), &["I4"]),
        (
            "unknown_by_reading",
            attempt(Without { unknown_by_reading: true, ..Without::default() }),
            &["I2", "I3"],
        ),
        ("fencing", attempt(Without { fencing: true, ..Without::default() }), &["I5"]),
        ("condition", Off { condition: true, ..Off::default() }, &["I3"]),
        ("key_before_try", Off { key_before_try: true, ..Off::default() }, &["I2"]),
        ("lag", Off { lag: true, ..Off::default() }, &["I2"]),
        ("order", Off { order: true, ..Off::default() }, &["B15"]),
    ] {
        let is_missed = |violation: &String| missed.iter().any(|name| violation.starts_with(name));
        let found = (0..20_000).any(|seed| play(seed, off).violations.iter().any(is_missed));
        assert!(found, "nobody misses {name}");
    }
}
