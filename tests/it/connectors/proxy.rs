//! A line that can be cut: forwards bytes to a server until it is told to swallow an answer.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Proxy {
    pub port: u16,
    cut: Arc<AtomicBool>,
}

impl Proxy {
    /// A line to `server` that is cut when `word` goes to it: the word arrives, its answer does
    /// not. Until [`Proxy::arm`] every word passes.
    pub async fn start(server: SocketAddr, word: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let port = listener.local_addr().expect("address").port();
        let cut = Arc::new(AtomicBool::new(false));
        let armed = Arc::clone(&cut);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(server).await.expect("server");
                tokio::spawn(forward(client, server, word, Arc::clone(&armed)));
            }
        });
        Self { port, cut }
    }

    pub fn arm(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }
}

async fn forward(mut client: TcpStream, mut server: TcpStream, word: &str, armed: Arc<AtomicBool>) {
    let (mut up, mut down) = (vec![0; 65536], vec![0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let Ok(count @ 1..) = read else { return };
                server.write_all(&up[..count]).await.expect("forward");
                let found = up[..count].windows(word.len()).any(|part| part == word.as_bytes());
                if found && armed.swap(false, Ordering::SeqCst) {
                    // The answer is waited for, so that what was asked is done, and swallowed.
                    let _ = server.read(&mut down).await;
                    return;
                }
            }
            read = server.read(&mut down) => {
                let Ok(count @ 1..) = read else { return };
                client.write_all(&down[..count]).await.expect("answer");
            }
        }
    }
}
