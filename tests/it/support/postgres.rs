//! A real PostgreSQL for tests: one cluster per test process, a fresh database per caller.
//!
//! The programs come from `REFEREE_TEST_POSTGRES_BIN`, or else from the newest
//! `/usr/lib/postgresql/*/bin`. Without them the tests that need a database are left out, and
//! say so once.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Runs the cluster until its standard input closes, which the end of the test process brings
/// about however it ends; a pipe needs no process id that might be used again. `$1` is the
/// folder of the programs, `$2` the cluster's folder, `$3` the port, the rest a prefix that
/// gives up root. Durability is off: these clusters do not outlive the tests.
const SCRIPT: &str = r#"
bin=$1; folder=$2; port=$3; shift 3
"$@" "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$folder/log" 2>&1 || exit 1
"$@" "$bin/postgres" -D "$folder/data" -p "$port" -h 127.0.0.1 -c unix_socket_directories= \
    -c max_connections=300 -c shared_buffers=64MB \
    -c fsync=off -c synchronous_commit=off -c full_page_writes=off >>"$folder/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT "$server"
wait "$server"
rm -rf "$folder"
"#;

/// Longest time from the first file to the first connection.
const START: Duration = Duration::from_secs(60);

/// The one cluster of this process; `None` where PostgreSQL is not installed.
static CLUSTER: LazyLock<Option<Postgres>> = LazyLock::new(|| match programs() {
    Some(programs) => Some(Postgres::start(&programs)),
    None => {
        // Not `eprintln`: the test harness would swallow it.
        let _ = writeln!(std::io::stderr(), "left out: PostgreSQL is not installed");
        None
    }
});

/// The URL of a fresh, empty database that nobody else uses, or `None` where PostgreSQL is not
/// installed and the test has to be left out.
pub async fn database() -> Option<String> {
    made("").await
}

/// As [`database`], where text is ordered as people do and not by its bytes: what an
/// administrator may well have set up.
pub async fn database_of_people() -> Option<String> {
    made("TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'").await
}

async fn made(how: &str) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let cluster = CLUSTER.as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.expect("connect");
    let statement = AssertSqlSafe(format!("CREATE DATABASE {name} {how}"));
    sqlx::query(statement).execute(&mut connection).await.expect("create database");
    connection.close().await.expect("close");
    Some(cluster.url(&name))
}

struct Postgres {
    port: u16,
    /// Never read: dropping it would close the pipe that keeps the cluster running.
    _watch: Child,
}

impl Postgres {
    /// Starts a cluster in a temporary folder; a port taken in between is tried again.
    fn start(programs: &Path) -> Self {
        for _ in 0..5 {
            let folder = tempfile::Builder::new().prefix("referee-pg-").tempdir().expect("folder").keep();
            let port = free_port();
            let prefix = without_root(&folder);
            let mut watch = Command::new("sh")
                .args(["-c", SCRIPT, "postgres-for-tests"])
                .arg(programs)
                .arg(&folder)
                .arg(port.to_string())
                .args(prefix)
                .current_dir("/")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                // An interrupt from the keyboard must not end the script before it cleans up.
                .process_group(0)
                .spawn()
                .expect("sh");
            if answers(programs, port, &folder, &mut watch) {
                return Self { port, _watch: watch };
            }
        }
        panic!("PostgreSQL did not start");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }
}

/// Waits for the server; false when it ended, having said why in its log.
fn answers(programs: &Path, port: u16, folder: &Path, watch: &mut Child) -> bool {
    let began = Instant::now();
    while began.elapsed() < START {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let ended = watch.try_wait().expect("wait").is_some() || log.contains("could not create any TCP");
        if ended {
            let _ = writeln!(std::io::stderr(), "PostgreSQL did not start:\n{log}");
            return false;
        }
        let port = port.to_string();
        let mut asked = Command::new(programs.join("pg_isready"));
        asked.args(["-q", "-h", "127.0.0.1", "-p", &port, "-d", "postgres"]);
        if log.contains("ready to accept connections") && asked.status().is_ok_and(|s| s.success()) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// The folder of `initdb` and `postgres`, the newest version first.
fn programs() -> Option<PathBuf> {
    let usable = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    if let Some(folder) = std::env::var_os("REFEREE_TEST_POSTGRES_BIN") {
        return Some(PathBuf::from(folder)).filter(usable);
    }
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|entry| entry.path().join("bin")).filter(usable);
    folders.max_by_key(|folder| version(folder))
}

fn version(folder: &Path) -> u32 {
    let name = folder.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).unwrap_or(0)
}

/// PostgreSQL refuses to run as root: hands the folder to the user `postgres` and returns the
/// command that becomes that user.
fn without_root(folder: &Path) -> Vec<&'static str> {
    if std::fs::metadata("/proc/self").map_or(1, |me| me.uid()) != 0 {
        return Vec::new();
    }
    let given = Command::new("chown").arg("postgres").arg(folder).status();
    assert!(given.is_ok_and(|status| status.success()), "the user postgres is missing");
    vec!["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("address").port()
}

#[tokio::test]
async fn every_caller_gets_an_own_empty_database() {
    let (Some(one), Some(two)) = (database().await, database().await) else { return };
    assert_ne!(one, two);
    for url in [one, two] {
        let mut connection = PgConnection::connect(&url).await.expect("connect");
        let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
        let count: i64 = sqlx::query_scalar(tables).fetch_one(&mut connection).await.expect("count");
        assert_eq!(count, 0);
    }
}
