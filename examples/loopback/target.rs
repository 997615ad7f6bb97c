//! REST systems with rows that have versions, and a journal of what was written to them.

use super::Failed;
use super::message::{Line, Message};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::Write as _;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::LocalSet;

/// Most rows of a page.
const PAGE: usize = 1000;

struct State {
    rows: Vec<Row>,
    latency: Duration,
    /// Requests are taken and not answered.
    swallows: bool,
    began: Instant,
    /// When each write was done, in microseconds.
    writes: Vec<u128>,
    reads: u64,
    refused: u64,
    under_way: usize,
    most_under_way: usize,
}

#[derive(Clone)]
struct Row {
    street: String,
    version: u64,
    writes: u64,
}

type Shared = Rc<RefCell<State>>;

pub async fn run(targets: usize, rows: usize, latency: u64) -> Result<(), Failed> {
    let local = LocalSet::new();
    let (mut addresses, mut all) = (Vec::new(), Vec::new());
    for _ in 0..targets {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        addresses.push(format!("http://{}", listener.local_addr()?));
        let rows =
            (1..=rows).map(|n| Row { street: format!("Storgata {n}"), version: 1, writes: 0 }).collect();
        let state = State {
            rows,
            latency: Duration::from_millis(latency),
            swallows: false,
            began: Instant::now(),
            writes: Vec::new(),
            reads: 0,
            refused: 0,
            under_way: 0,
            most_under_way: 0,
        };
        let state = Rc::new(RefCell::new(state));
        local.spawn_local(listen(listener, state.clone()));
        all.push(state);
    }
    writeln!(std::io::stdout(), "{}", addresses.join(" "))?;
    local.run_until(obey(all)).await
}

/// Does what it is told until nothing more is.
async fn obey(targets: Vec<Shared>) -> Result<(), Failed> {
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        lines.for_each(|line| drop(sender.send(line)));
    });
    while let Some(line) = told.recv().await {
        let (word, number) = line.split_once(' ').unwrap_or((&line, "0"));
        let number: usize = number.parse()?;
        match (word, targets.get(number)) {
            ("swallow", Some(target)) => target.borrow_mut().swallows = true,
            ("heal", Some(target)) => target.borrow_mut().swallows = false,
            _ => {}
        }
        let journals: Vec<_> = targets.iter().map(|target| target.borrow().journal()).collect();
        writeln!(std::io::stdout(), "{}", serde_json::Value::from(journals))?;
    }
    Ok(())
}

impl State {
    fn journal(&self) -> serde_json::Value {
        let (mut second, mut most) = (VecDeque::new(), 0);
        for at in &self.writes {
            second.push_back(*at);
            while second.front().is_some_and(|first| first + 1_000_000 <= *at) {
                second.pop_front();
            }
            most = most.max(second.len());
        }
        let seconds = |at: Option<&u128>| {
            at.map_or(0.0, |at| Duration::from_micros(u64::try_from(*at).unwrap_or(0)).as_secs_f64())
        };
        let twice = self.rows.iter().filter(|row| row.writes > 1).count();
        serde_json::json!({"writes": self.writes.len(), "reads": self.reads, "refused": self.refused,
            "written_twice": twice, "most_in_a_second": most, "most_under_way": self.most_under_way,
            "seconds": seconds(self.writes.last()) - seconds(self.writes.first())})
    }

    /// Status, ETag and body.
    fn answer(&mut self, message: &Message) -> (&'static str, Option<u64>, String) {
        let (method, path) = message.words();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(key) = path.strip_prefix("/people/P") else { return ("200 OK", None, self.page(query)) };
        let number: usize = key.parse().unwrap_or(0);
        let Some(row) = number.checked_sub(1).and_then(|at| self.rows.get_mut(at)) else {
            return ("404 Not Found", None, "{}".to_owned());
        };
        if method == "GET" {
            self.reads += 1;
            return ("200 OK", Some(row.version), document(number, row));
        }
        let etag = format!("\"v{}\"", row.version);
        if message.header("if-match").is_some_and(|token| token != etag) {
            self.refused += 1;
            return ("412 Precondition Failed", None, "{}".to_owned());
        }
        let patch: serde_json::Value = serde_json::from_str(&message.body).unwrap_or_default();
        if let Some(street) = patch["street"].as_str() {
            street.clone_into(&mut row.street);
            (row.version, row.writes) = (row.version + 1, row.writes + 1);
        }
        self.writes.push(self.began.elapsed().as_micros());
        ("200 OK", Some(row.version), document(number, row))
    }

    fn page(&self, query: &str) -> String {
        let number = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(known, _)| *known == name).and_then(|(_, value)| value.parse::<usize>().ok())
        };
        let size = number("size").unwrap_or(PAGE).clamp(1, PAGE);
        let from = (number("page").unwrap_or(1).max(1) - 1) * size;
        let rows = self.rows.iter().enumerate().skip(from).take(size);
        let rows: Vec<String> = rows.map(|(at, row)| document(at + 1, row)).collect();
        format!(r#"{{"data":[{}]}}"#, rows.join(","))
    }
}

fn document(number: usize, row: &Row) -> String {
    let street = serde_json::Value::from(row.street.as_str());
    format!(r#"{{"id":"P{number}","ref":"C-{number}","name":"Customer {number}","street":{street}}}"#)
}

async fn listen(listener: TcpListener, state: Shared) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::task::spawn_local(serve(stream, state.clone()));
    }
}

async fn serve(stream: TcpStream, state: Shared) -> Result<(), Failed> {
    let mut line = Line::new(stream)?;
    while let Some(message) = line.next().await? {
        let latency = {
            let mut state = state.borrow_mut();
            state.under_way += 1;
            state.most_under_way = state.most_under_way.max(state.under_way);
            state.latency
        };
        if state.borrow().swallows {
            // Longer than anybody waits; the other end hangs up.
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        let (status, version, body) = state.borrow_mut().answer(&message);
        let etag = version.map(|version| format!("etag: \"v{version}\"\r\n")).unwrap_or_default();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{etag}content-length: {length}\r\n\r\n"
        );
        state.borrow_mut().under_way -= 1;
        line.send(&(head + &body)).await?;
    }
    Ok(())
}
