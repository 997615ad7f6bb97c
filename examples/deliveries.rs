//! Plays deliveries in worlds that break: `cargo run --release --example deliveries -- --seeds 100000`.
//! With `--seed N` one story, told step by step; `--first N` begins there.

#[expect(clippy::expect_used, reason = "it is made for the tests, and not all of it is used here")]
#[path = "../tests/simulator/mod.rs"]
mod simulator;

#[expect(clippy::unwrap_used, dead_code, reason = "as above")]
#[path = "../tests/causes/dice.rs"]
mod dice;

use simulator::{Off, play};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<u64>().ok()
    };
    if let Some(seed) = number("--seed") {
        let story = play(seed, Off::default());
        println!("{}", story.log.join("\n"));
        println!("violated: {:#?}", story.violations);
        std::process::exit(i32::from(!story.violations.is_empty()));
    }
    let (first, seeds) = (number("--first").unwrap_or(0), number("--seeds").unwrap_or(100_000));
    let (mut deliveries, mut deaths, mut unknowable, mut windows, mut failed) = (0, 0, 0, 0, 0);
    for seed in first..first + seeds {
        let story = play(seed, Off::default());
        deliveries += story.deliveries;
        deaths += story.deaths;
        unknowable += story.unknowable;
        windows += story.windows;
        if !story.violations.is_empty() {
            failed += 1;
            println!("seed {seed}: {:?}", story.violations);
        }
    }
    println!(
        "{seeds} stories, {deliveries} deliveries, {deaths} workers that died with one in hand, {failed} stories \
         that did what they may not; {unknowable} second changes that nobody could have known of, {windows} \
         writes through an open window"
    );
    std::process::exit(i32::from(failed > 0));
}
