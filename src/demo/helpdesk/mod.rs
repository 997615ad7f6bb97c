//! The helpdesk: an HTTP/JSON server on loopback with a bearer token, pages, ETags and a
//! journal. A real server of its kind, though a small one.
//!
//! ```text
//! GET   /contacts?page=N&per_page=M&updated_since=T   {"data":[...],"page":N,"per_page":M,"total":N,"next":"/contacts?..."|null}
//! GET   /contacts/{id}                                the contact, with its ETag
//! PATCH /contacts/{id}                                a merge patch; If-Match and Idempotency-Key are obeyed
//! POST  /contacts                                     makes one: 201 with Location
//! ```
//! `/articles` is the same for products. Errors are problem+json.

mod answer;
mod desk;
mod journal;
mod routes;
mod shape;

use super::DemoError;
use crate::domain::time::{Clock, Time};
use actix_web::dev::{ServerHandle, Service as _};
use actix_web::http::header::{DATE, HeaderValue};
use actix_web::{App, HttpServer, web};
use desk::Desk;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use url::Url;

/// Longest body it takes, in bytes.
const BODY: usize = 64 * 1024;

/// The server, running in a thread of its own until it is stopped or dropped.
pub struct Helpdesk {
    address: SocketAddr,
    url: Url,
    handle: ServerHandle,
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl Helpdesk {
    /// Listens on loopback, on that port if it is free, else on any.
    pub(super) fn start(
        file: &Path,
        token: String,
        clock: Arc<dyn Clock>,
        port: u16,
    ) -> Result<Self, DemoError> {
        let failed = |error| DemoError::file(file, error);
        let any = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).or_else(any).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let url =
            Url::parse(&format!("http://{address}/")).map_err(|error| failed(io::Error::other(error)))?;
        let (started, handle) = sync_channel(1);
        let (file, name) = (file.to_owned(), "helpdesk".to_owned());
        let work = move || serve(&file, &token, &clock, listener, &started);
        let thread = std::thread::Builder::new().name(name).spawn(work);
        let thread = thread.map_err(|error| DemoError::file(Path::new("helpdesk"), error))?;
        match handle.recv() {
            Ok(handle) => Ok(Self { address, url, handle, thread: Some(thread) }),
            Err(_) => {
                let ended = thread.join().unwrap_or_else(|_| Err(io::Error::other("its thread panicked")));
                let error = ended.err().unwrap_or_else(|| io::Error::other("it ended at once"));
                Err(DemoError::file(Path::new("helpdesk"), error))
            }
        }
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:41234/`
    #[must_use]
    pub fn url(&self) -> Url {
        self.url.clone()
    }

    /// Answers what it has begun to answer, then ends.
    pub async fn stop(mut self) {
        self.handle.stop(true).await;
        if let Some(thread) = self.thread.take() {
            // It ends as soon as the server does, so this waits for next to nothing.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
    }
}

impl Drop for Helpdesk {
    fn drop(&mut self) {
        if self.thread.is_some() {
            // The command is sent by the call; only waiting for its end would need the future.
            drop(self.handle.stop(false));
        }
    }
}

fn serve(
    file: &Path,
    token: &str,
    clock: &Arc<dyn Clock>,
    listener: TcpListener,
    started: &SyncSender<ServerHandle>,
) -> io::Result<()> {
    actix_web::rt::System::new().block_on(async move {
        let desk = web::Data::new(Desk::open(file, token, Arc::clone(clock)));
        let clock = Arc::clone(clock);
        let app = move || {
            let clock = Arc::clone(&clock);
            App::new()
                .wrap_fn(move |request, service| {
                    let (date, answer) = (http_date(clock.now()), service.call(request));
                    async move {
                        let mut answer = answer.await?;
                        // Its own clock, which stamps its rows too, and not the machine's.
                        if let Ok(date) = HeaderValue::from_str(&date) {
                            answer.headers_mut().insert(DATE, date);
                        }
                        Ok(answer)
                    }
                })
                .app_data(desk.clone())
                .app_data(web::PayloadConfig::new(BODY))
                .configure(routes::all)
                .default_service(web::to(answer::nowhere))
        };
        let server =
            HttpServer::new(app).workers(1).disable_signals().shutdown_timeout(2).listen(listener)?;
        let server = server.run();
        let _ = started.send(server.handle());
        server.await
    })
}

/// As the `Date` header has it, in whole seconds.
fn http_date(time: Time) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
