//! Messages of HTTP/1.1 whose length is told, on a connection that is kept.

use super::Failed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One message: its first line, its headers, its body.
pub struct Message {
    head: String,
    pub body: String,
}

impl Message {
    /// The words of the first line.
    pub fn words(&self) -> (&str, &str) {
        let mut words = self.head.lines().next().unwrap_or_default().split(' ');
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    lines.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// One end of a connection.
pub struct Line {
    stream: TcpStream,
    /// What was read and belongs to a later message.
    rest: Vec<u8>,
}

impl Line {
    pub fn new(stream: TcpStream) -> Result<Self, Failed> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, rest: Vec::new() })
    }

    pub async fn send(&mut self, message: &str) -> Result<(), Failed> {
        Ok(self.stream.write_all(message.as_bytes()).await?)
    }

    /// The next message; none when the other end has gone.
    pub async fn next(&mut self) -> Result<Option<Message>, Failed> {
        loop {
            if let Some(end) = self.rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.rest[..end]).into_owned();
                if header(&head, "transfer-encoding").is_some() {
                    return Err("a message came in pieces".into());
                }
                let length = header(&head, "content-length").map_or(Ok(0), str::parse)?;
                let all = end + 4 + length;
                while self.rest.len() < all {
                    if self.read().await? == 0 {
                        return Err("a message was cut".into());
                    }
                }
                let body = String::from_utf8_lossy(&self.rest[end + 4..all]).into_owned();
                self.rest.drain(..all);
                return Ok(Some(Message { head, body }));
            }
            if self.read().await? == 0 {
                return Ok(None);
            }
        }
    }

    async fn read(&mut self) -> Result<usize, Failed> {
        Ok(self.stream.read_buf(&mut self.rest).await?)
    }
}
