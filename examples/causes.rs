//! Prints how well causes are recognised: `cargo run --example causes -- --seed 7 --cases 4000`.
//! With `--missed`, also what was found instead.

#[expect(clippy::unwrap_used, dead_code, reason = "it is made for the tests, and not all of it is used here")]
#[path = "../tests/causes/mod.rs"]
mod causes;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, otherwise: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)?.parse().ok()).unwrap_or(otherwise)
    };
    let cases = usize::try_from(number("--cases", 4000)).unwrap_or(4000);
    let table = causes::measure(number("--seed", 1), cases);
    println!("{table}");
    if arguments.iter().any(|argument| argument == "--missed") {
        for ((done, found), (n, cases)) in &table.missed {
            println!("{done} found as {found}: {n}");
            for case in cases {
                println!("    {case}");
            }
        }
    }
}
