//! Many who ask at once.

use super::Failed;
use super::message::Line;
use std::cell::RefCell;
use std::collections::BTreeMap;
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
    /// Where redirects led to, without what follows a `?`.
    places: Vec<String>,
    bytes: usize,
    done: u64,
}

/// What one connection says in every request: a header line, and what stands for `{csrf}` in its forms.
#[derive(Clone, Default)]
struct Voice {
    header: String,
    csrf: String,
}

impl Voice {
    /// A token of the API; or `COOKIE<tab>CSRF` for the pages.
    fn of(token: &str) -> Self {
        match token.split_once('\t') {
            Some((cookie, csrf)) => Self { header: format!("cookie: {cookie}\r\n"), csrf: csrf.to_owned() },
            None => Self { header: format!("authorization: Bearer {token}\r\n"), csrf: String::new() },
        }
    }
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
        let voice = tokens.get(number % tokens.len().max(1)).map(|token| Voice::of(token));
        let line = Line::new(TcpStream::connect(address).await?)?;
        all.push(local.spawn_local(ask(line, work.clone(), voice.unwrap_or_default())));
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
        "p50_ms": at(50), "p95_ms": at(95), "p99_ms": at(99), "max_ms": took.last(),
        "places": work.places, "bytes": work.bytes});
    Ok(writeln!(std::io::stdout(), "{told}")?)
}

/// What goes before the headers, and the body.
fn request(address: &str, line: &str) -> Option<(String, String)> {
    let mut words = line.splitn(3, '\t');
    let (method, path, body) = (words.next()?, words.next()?, words.next().unwrap_or_default());
    Some((format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n"), body.to_owned()))
}

fn message(before: &str, body: &str, voice: &Voice) -> String {
    let form = "application/x-www-form-urlencoded";
    let kind = if body.starts_with('{') || body.is_empty() { "application/json" } else { form };
    let body = if kind == form { body.replace("{csrf}", &voice.csrf) } else { body.to_owned() };
    let length = body.len();
    format!("{before}{}content-type: {kind}\r\ncontent-length: {length}\r\n\r\n{body}", voice.header)
}

async fn ask(mut line: Line, work: Rc<RefCell<Work>>, voice: Voice) -> Result<(), Failed> {
    loop {
        let Some(steps) = work.borrow_mut().left.pop() else { return Ok(()) };
        for (before, body) in steps {
            let text = message(&before, &body, &voice);
            let began = Instant::now();
            line.send(&text).await?;
            let answer = line.next().await?.ok_or("the line was cut")?;
            let mut work = work.borrow_mut();
            work.took.push(began.elapsed().as_secs_f64() * 1000.0);
            work.bytes += answer.body.len();
            let place = answer.header("location").and_then(|place| place.split('?').next());
            work.places.extend(place.map(str::to_owned));
            *work.answers.entry(answer.words().1.to_owned()).or_default() += 1;
        }
        work.borrow_mut().done += 1;
    }
}
