//! A real MariaDB for tests: one server per test process, a fresh database per caller.
//!
//! The programs `mariadbd` and `mariadb-install-db` come from the path or `/usr/sbin`. Without them
//! the tests that need one are left out, and say so once.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Runs the server until its standard input closes, which the end of the test process brings about
/// however it ends. `$1` is `mariadbd`, `$2` the server's folder, `$3` the port. Its letters are those
/// of an old installation, so that nothing leans on a default of UTF-8.
const SCRIPT: &str = r#"
server=$1; folder=$2; port=$3
# Its own too: the one of the tests may be closed to the user it runs as.
export TMPDIR="$folder"
mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal \
    --skip-test-db ${4:+--user="$4"} >"$folder/log" 2>&1 || exit 1
"$server" --no-defaults ${4:+--user="$4"} --datadir="$folder/data" --port="$port" --bind-address=127.0.0.1 \
    --socket="$folder/socket" --skip-name-resolve --character-set-server=latin1 --max-connections=300 \
    --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=64M >>"$folder/log" 2>&1 &
own=$!
cat >/dev/null
kill -KILL "$own"
wait "$own"
rm -rf "$folder"
"#;

/// The package of the programs alone makes no user of its own.
const UNPRIVILEGED: &str = "nobody";

/// Longest time from the first file to the first connection.
const START: Duration = Duration::from_secs(60);

static SERVER: LazyLock<Option<MariaDb>> = LazyLock::new(|| match program() {
    Some(program) => Some(MariaDb::start(&program)),
    None => {
        // Not `eprintln`: the test harness would swallow it.
        let _ = writeln!(std::io::stderr(), "left out: MariaDB is not installed");
        None
    }
});

/// The URL of a fresh, empty database that nobody else uses, or `None` where MariaDB is not installed
/// and the test has to be left out. `letters`: its character set.
pub async fn database(letters: &str) -> Option<String> {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let server = SERVER.as_ref()?;
    let name = format!("test_{}", COUNT.fetch_add(1, Ordering::Relaxed));
    let mut connection = MySqlConnection::connect(&server.url("mysql")).await.expect("connect");
    let statement = AssertSqlSafe(format!("CREATE DATABASE {name} CHARACTER SET {letters}"));
    sqlx::query(statement).execute(&mut connection).await.expect("create database");
    connection.close().await.expect("close");
    Some(server.url(&name))
}

struct MariaDb {
    port: u16,
    /// Never read: dropping it would close the pipe that keeps the server running.
    _watch: Child,
}

impl MariaDb {
    /// Starts a server in a temporary folder; a port taken in between is tried again.
    fn start(program: &Path) -> Self {
        for _ in 0..5 {
            let folder = tempfile::Builder::new().prefix("referee-maria-").tempdir().expect("folder").keep();
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
            let port = listener.local_addr().expect("address").port();
            drop(listener);
            let mut command = Command::new("sh");
            command.args(["-c", SCRIPT, "mariadb-for-tests"]).arg(program).arg(&folder).arg(port.to_string());
            if given(&folder) {
                command.arg(UNPRIVILEGED);
            }
            command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
            // An interrupt from the keyboard must not end the script before it cleans up.
            let mut watch = command.process_group(0).spawn().expect("sh");
            if answers(port, &folder, &mut watch) {
                return Self { port, _watch: watch };
            }
        }
        panic!("MariaDB did not start");
    }

    fn url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}?ssl-mode=DISABLED", self.port)
    }
}

/// Hands the folder to a user without rights where the tests run as root, which MariaDB refuses.
fn given(folder: &Path) -> bool {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0"));
    if root {
        let done = Command::new("chown").arg(UNPRIVILEGED).arg(folder).status();
        assert!(done.is_ok_and(|status| status.success()), "the user nobody is missing");
    }
    root
}

/// Waits for the server; false when it ended, having said why in its log.
fn answers(port: u16, folder: &Path, watch: &mut Child) -> bool {
    let began = Instant::now();
    while began.elapsed() < START {
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        if watch.try_wait().expect("wait").is_some() || log.contains("Can't start server") {
            let _ = writeln!(std::io::stderr(), "MariaDB did not start:\n{log}");
            return false;
        }
        if log.contains("ready for connections")
            && std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let all: Vec<PathBuf> = folders.collect();
    let find = |name: &str| all.iter().map(|folder| folder.join(name)).find(|file| file.exists());
    find("mariadb-install-db")?;
    find("mariadbd")
}
