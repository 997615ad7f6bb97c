//! What `benches/run resolve` and `writeback` measure against: REST systems that do nothing but keep
//! rows, and a crowd that asks as fast as it is answered. Both are of one thread and no more than they
//! have to be, so that what is measured is Referee.
//!
//! `loopback target TARGETS ROWS LATENCY_MS`: REST systems of so many people each, that answer after so
//! long. Prints their addresses; is told what to do on standard input (`swallow N`: number N takes
//! requests and answers none; `heal N`; `journal`, answered with a line of JSON) and ends with it.
//!
//! `loopback crowd ADDRESS CONNECTIONS STEPS [TOKEN...]`: sends the requests of standard input, lines of
//! method, path and body with tabs between, `STEPS` of them one after the other on one connection, and
//! prints a line of JSON. Connection N carries token N, over and over: one of the API, or a session of the
//! pages as `COOKIE<tab>CSRF`, the second of which stands for `{csrf}` in forms.

#[path = "loopback/crowd.rs"]
mod crowd;
#[path = "loopback/message.rs"]
mod message;
#[path = "loopback/target.rs"]
mod target;

type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failed> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["target", targets, rows, latency] => {
            target::run(targets.parse()?, rows.parse()?, latency.parse()?).await
        }
        ["crowd", address, connections, steps, tokens @ ..] => {
            crowd::run(address, connections.parse()?, steps.parse()?, tokens).await
        }
        _ => {
            Err("loopback target TARGETS ROWS LATENCY_MS, or crowd ADDRESS CONNECTIONS STEPS [TOKEN...]"
                .into())
        }
    }
}
