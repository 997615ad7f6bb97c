"""How large Referee is, how soon it answers, and what it holds at rest.

Beside it stands a minimal program on the same web server: one route that answers a word, built
here with the same settings from the same versions, outside the repository.
"""

import http.client
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lib.figures import TIMES, at_most, in_turn, median, say
from lib.process import CACHE, REPOSITORY, free_port, must, referee, resident_mib

REST_SECONDS = 5
START_SECONDS = 30

MANIFEST = """
[package]
name = "minimal"
version = "0.0.0"
edition = "2024"
publish = false

[dependencies]
actix-web = { version = "4.18", default-features = false, features = ["macros"] }

[profile.release]
lto = "thin"
codegen-units = 4
strip = true

[workspace]
"""

PROGRAM = """
#[actix_web::get("/livez")]
async fn livez() -> &'static str {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    actix_web::HttpServer::new(|| actix_web::App::new().service(livez)).bind(("127.0.0.1", port))?.run().await
}
"""


def bench():
    ours, other = referee(), minimal()
    found = [at_most("footprint", "binary", ours.stat().st_size / 1e6, other.stat().st_size / 1e6, "MB", 25)]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        say("time to the first answer")
        first = in_turn({
            "ours": lambda: answer(our_command(ours, Path(tempfile.mkdtemp(dir=folder)) / "new"))[0],
            "other": lambda: answer(minimal_command(other))[0],
        })
        again = in_turn({
            "ours": lambda: answer(our_command(ours, data))[0],
            "other": lambda: answer(minimal_command(other))[0],
        }, TIMES + 1)
        say(f"memory {REST_SECONDS} s after the first answer")
        rest = in_turn({
            "ours": lambda: answer(our_command(ours, data), REST_SECONDS)[1],
            "other": lambda: answer(minimal_command(other), REST_SECONDS)[1],
        })
    # The first start into `data` is a start into an empty folder.
    again["ours"] = again["ours"][1:]
    found.append(pair("first answer, empty folder", first, "ms", 150))
    found.append(pair("first answer, store there", again, "ms", 150))
    found.append(pair("memory at rest, empty store", rest, "MiB", 24))
    return found


def pair(name, values, unit, limit):
    return at_most("footprint", name, median(values["ours"]), median(values["other"]), unit, limit)


def our_command(program, data):
    """Ours: a server on an own data folder, with no system connected."""
    return lambda port: [program, "serve", "--listen", f"127.0.0.1:{port}", "--data", data]


def minimal_command(program):
    return lambda port: [program, port]


def answer(command, rest=0):
    """Starts a server: (milliseconds from the start to its first answer, MiB after `rest` s)."""
    port = free_port()
    began = time.perf_counter()
    child = subprocess.Popen([str(word) for word in command(port)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while not answers(port):
            if child.poll() is not None or time.perf_counter() - began > START_SECONDS:
                if child.poll() is None:
                    child.kill()
                say(f"no answer: {child.stderr.read().decode(errors='replace').strip()[:300]}")
                return None, None
            time.sleep(0.001)
        took = (time.perf_counter() - began) * 1000
        time.sleep(rest)
        return took, resident_mib(child.pid)
    finally:
        if child.poll() is None:
            child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def answers(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def minimal():
    """The minimal program, built beside the data of the benches."""
    folder = CACHE / "minimal"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(MANIFEST)
    (folder / "src" / "main.rs").write_text(PROGRAM)
    # Our lock file, so that both are built from the same versions; cargo drops what is not used.
    shutil.copy(REPOSITORY / "Cargo.lock", folder / "Cargo.lock")
    must(["cargo", "build", "--release", "--quiet", "--target-dir", folder / "target"], cwd=folder)
    return folder / "target" / "release" / "minimal"
