//! How well causes are recognised, on few cases: that nothing falls far below what
//! `cargo run --example causes` measures on many.

#[path = "../causes/mod.rs"]
mod set;

pub use set::dice;

/// Below this no cause and no shape may fall, with the few cases there are of each.
const FLOOR: f64 = 0.8;

#[test]
fn no_cause_is_lost() {
    let table = set::measure(7, 3000);
    assert_eq!(table.cases(), 3000);
    for (name, count) in table.counts.iter().filter(|(_, count)| count.done > 0) {
        assert!(count.done >= 15, "{name} has {} cases only", count.done);
        assert!(count.recall() >= FLOOR, "{name}: recall {:.3}\n{table}", count.recall());
        assert!(count.precision() >= FLOOR, "{name}: precision {:.3}\n{table}", count.precision());
    }
    let causes = referee::domain::cause::Cause::NAMES;
    let found = |cause: &str| table.counts.keys().any(|name| name.starts_with(cause));
    let unmeasured: Vec<&str> = causes.into_iter().filter(|cause| !found(cause)).collect();
    // Told from a system's own list of its rows, not from values.
    assert_eq!(unmeasured, ["missing_record", "deleted_record"]);
}

#[test]
fn the_same_seed_tells_the_same_cases() {
    assert_eq!(set::measure(3, 200).to_string(), set::measure(3, 200).to_string());
}

/// Texts as long as a field of notes, made to have as many readings as possible.
#[test]
fn long_texts_take_no_time() {
    // The corpora are read first, which is not what is measured.
    set::judge_pair("a", "b");
    let start = std::time::Instant::now();
    for (whole, damaged) in [
        ("ü".repeat(4000), "?".repeat(4000)),
        ("ü".repeat(4000), "?".repeat(7999)),
        ("ü".repeat(4000), "ue".repeat(4000)),
        ("é".repeat(4000), "ø".repeat(4000)),
        ("&".repeat(4000), "&amp;".repeat(4000)),
        ("%".repeat(4000), "%25".repeat(4000)),
        ("1".repeat(4000), "1".repeat(3999)),
        ("ab ".repeat(1300), "ab".repeat(2000)),
    ] {
        assert!(!set::judge_pair(&whole, &damaged).is_empty());
    }
    // Over a hundred judgements; a reading that doubled with each letter would not end at all.
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}
