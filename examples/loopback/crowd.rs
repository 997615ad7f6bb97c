//! Many who ask at once.

use super::Failed;
use super::message::Line;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::rc::Rc;
use std::time::Instant;
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// What is asked and what came of it.
#[derive(Default)]
struct Work {
    /// Requests as they are sent but for their token, the last first.
    left: Vec<Vec<(String, String)>>,
    /// Milliseconds of each request.
    took: Vec<f64>,
    answers: BTreeMap<String, u64>,
    done: u64,
}

pub async fn run(address: &str, connections: usize, steps: usize, tokens: &[&str]) -> Result<(), Failed> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let requests: Vec<(String, String)> = text.lines().filter_map(|line| request(address, line)).collect();
    let left = requests.chunks(steps.max(1)).rev().map(<[_]>::to_vec).collect();
    let work = Rc::new(RefCell::new(Work { left, ..Work::default() }));
    let (local, began) = (LocalSet::new(), Instant::now());
    let mut all = Vec::new();
    for number in 0..connections {
        let token = tokens
            .get(number % tokens.len().max(1))
            .map(|token| format!("authorization: Bearer {token}\r\n"));
        let line = Line::new(TcpStream::connect(address).await?)?;
        all.push(local.spawn_local(ask(line, work.clone(), token.unwrap_or_default())));
    }
    local.await;
    let seconds = began.elapsed().as_secs_f64();
    for one in all {
        one.await??;
    }
    let work = work.borrow();
    let mut took = work.took.clone();
    took.sort_by(f64::total_cmp);
    let at = |hundredth: usize| took.get((took.len() * hundredth / 100).min(took.len().saturating_sub(1)));
    let told = serde_json::json!({"seconds": seconds, "done": work.done, "answers": work.answers,
        "p50_ms": at(50), "p99_ms": at(99), "max_ms": took.last()});
    Ok(writeln!(std::io::stdout(), "{told}")?)
}

/// What goes before the token and what goes after it.
fn request(address: &str, line: &str) -> Option<(String, String)> {
    let mut words = line.splitn(3, '\t');
    let (method, path, body) = (words.next()?, words.next()?, words.next().unwrap_or_default());
    let mut after = String::new();
    let _ = write!(after, "content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    Some((format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n"), after))
}

async fn ask(mut line: Line, work: Rc<RefCell<Work>>, token: String) -> Result<(), Failed> {
    loop {
        let Some(steps) = work.borrow_mut().left.pop() else { return Ok(()) };
        for (before, after) in steps {
            let began = Instant::now();
            line.send(&format!("{before}{token}{after}")).await?;
            let answer = line.next().await?.ok_or("the line was cut")?;
            let mut work = work.borrow_mut();
            work.took.push(began.elapsed().as_secs_f64() * 1000.0);
            *work.answers.entry(answer.words().1.to_owned()).or_default() += 1;
        }
        work.borrow_mut().done += 1;
    }
}
