//! The server: four files, one stream, one way to enter something.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use super::feed::{Feed, Message, feed};
use super::guard::{Asked, Guard, Refused};
use crate::live::board::Board;
use crate::live::conductor::Input;
use crate::plan::MPH_MPS;

/// Viewers at a time.
pub const MOST_VIEWERS: usize = 64;
/// Longest thing that can be entered, bytes.
const MOST_INPUT: usize = 1024;
/// A stream with nothing to say says so, so that the page knows that it is alive.
const ALIVE: Duration = Duration::from_secs(2);

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A file of the page.
struct Asset {
    path: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const ASSETS: [Asset; 6] = [
    Asset { path: "/", kind: HTML, bytes: include_bytes!("page/index.html") },
    Asset { path: "/style.css", kind: CSS, bytes: include_bytes!("page/style.css") },
    Asset { path: "/app.js", kind: JS, bytes: include_bytes!("page/app.js") },
    Asset { path: "/uplot.js", kind: JS, bytes: include_bytes!("page/uplot/uPlot.iife.min.js") },
    Asset { path: "/uplot.css", kind: CSS, bytes: include_bytes!("page/uplot/uPlot.min.css") },
    Asset {
        path: "/uplot.license.txt",
        kind: "text/plain; charset=utf-8",
        bytes: include_bytes!("page/uplot/LICENSE"),
    },
];

/// What can be entered at the page. The checklist cannot be left out there.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(tag = "input", rename_all = "snake_case", deny_unknown_fields)]
enum Entered {
    Confirm { item: usize },
    Begin {},
    Pain { value: u8 },
    Acknowledge {},
    Mark {},
    Speed { mph: f64 },
    End {},
}

impl Entered {
    fn input(self) -> Option<Input> {
        Some(match self {
            Self::Confirm { item } if item < 64 => Input::Confirm(item),
            Self::Pain { value } if value <= 10 => Input::Pain(value),
            Self::Speed { mph } if (0.0..=10.0).contains(&mph) => Input::Speed(mph * MPH_MPS),
            Self::Begin {} => Input::Begin,
            Self::Acknowledge {} => Input::Acknowledge,
            Self::Mark {} => Input::Mark,
            Self::End {} => Input::End,
            _ => return None,
        })
    }
}

#[derive(Clone)]
struct Shared {
    feed: Feed,
    inputs: mpsc::UnboundedSender<Input>,
    guard: Arc<Guard>,
    viewers: Arc<AtomicUsize>,
}

/// A running server; it ends when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    token: Option<String>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves pictures at `address`, and hands on what is entered. With a token only to those who have it.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub fn start(
        address: SocketAddr,
        token: Option<String>,
        boards: watch::Receiver<Arc<Board>>,
        inputs: mpsc::UnboundedSender<Input>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let guard = Arc::new(Guard::new(address, token.clone()));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("page".into()).spawn(move || {
            runtime.block_on(async move {
                let (feed, work) = feed(boards);
                tokio::spawn(work);
                let shared = Shared { feed, inputs, guard, viewers: Arc::default() };
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                let server = axum::serve(listener, router(shared));
                tokio::select! {
                    _ = server => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, token, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to type into a browser.
    pub fn url(&self) -> String {
        match &self.token {
            Some(token) => format!("http://{}/?token={token}", self.address),
            None => format!("http://{}/", self.address),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn router(shared: Shared) -> Router {
    let mut router = Router::new();
    for asset in &ASSETS {
        router = router.route(
            asset.path,
            get(move || async move { ([(header::CONTENT_TYPE, asset.kind)], asset.bytes) }),
        );
    }
    router
        .route("/events", get(events))
        .route("/input", post(input))
        .layer(middleware::from_fn_with_state(shared.clone(), guarded))
        .with_state(shared)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    text(headers, &header::COOKIE)?.split(';').find_map(|c| c.trim().strip_prefix("retrogait="))
}

/// Lets in or not, and puts the strict headers on whatever goes out.
async fn guarded(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let in_address = request.uri().query().and_then(|q| q.split('&').find_map(|p| p.strip_prefix("token=")));
    let site = HeaderName::from_static("sec-fetch-site");
    // A link from elsewhere to the page itself is a person; anything else from elsewhere is not.
    let opened = request.method() == Method::GET && request.uri().path() == "/";
    let asked = Asked {
        host: text(headers, &header::HOST),
        origin: text(headers, &header::ORIGIN),
        site: text(headers, &site).filter(|_| !opened),
        token: cookie(headers).or(in_address),
    };
    let fresh = in_address.is_some_and(|t| shared.guard.token() == Some(t));
    let asked = if fresh && opened { Asked { token: in_address, ..asked } } else { asked };
    let mut response = match shared.guard.check(asked) {
        Ok(()) if fresh && opened => {
            // The token leaves the address, and with it the history.
            let value =
                format!("retrogait={}; HttpOnly; SameSite=Strict; Path=/", in_address.unwrap_or_default());
            (StatusCode::SEE_OTHER, [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, value)])
                .into_response()
        }
        Ok(()) => next.run(request).await,
        Err(Refused::Host) => {
            (StatusCode::MISDIRECTED_REQUEST, "this is not the name of this page\n").into_response()
        }
        Err(Refused::Origin) => (StatusCode::FORBIDDEN, "only this page may ask\n").into_response(),
        Err(Refused::Token) => {
            (StatusCode::UNAUTHORIZED, "open the address with its token, as it was printed\n").into_response()
        }
    };
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

async fn input(State(shared): State<Shared>, request: Request) -> Response {
    let json =
        text(request.headers(), &header::CONTENT_TYPE).is_some_and(|t| t.starts_with("application/json"));
    if !json {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "only application/json\n").into_response();
    }
    let Ok(bytes) = to_bytes(request.into_body(), MOST_INPUT).await else {
        return (StatusCode::PAYLOAD_TOO_LARGE, "that is too long\n").into_response();
    };
    let entered = serde_json::from_slice::<Entered>(&bytes).ok().and_then(Entered::input);
    match entered.map(|i| shared.inputs.send(i)) {
        Some(Ok(())) => StatusCode::NO_CONTENT.into_response(),
        Some(Err(_)) => (StatusCode::GONE, "the session is over\n").into_response(),
        None => (StatusCode::BAD_REQUEST, "that cannot be entered\n").into_response(),
    }
}

/// Counts a viewer as long as it lives.
struct Viewer(Arc<AtomicUsize>);

impl Drop for Viewer {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn events(State(shared): State<Shared>) -> Response {
    let viewers = shared.viewers.fetch_add(1, Ordering::Relaxed);
    let viewer = Viewer(Arc::clone(&shared.viewers));
    if viewers >= MOST_VIEWERS {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many are watching\n").into_response();
    }
    let mut feed = shared.feed;
    feed.board.mark_changed();
    feed.trace.mark_changed();
    let messages = stream::unfold((feed, viewer), |(mut feed, viewer)| async move {
        // Only the newest is ever sent: whoever is slow skips, and nobody waits for them.
        let message = tokio::select! {
            biased;
            Ok(()) = feed.board.changed() => Message::clone(&feed.board.borrow_and_update()),
            Ok(()) = feed.trace.changed() => Message::clone(&feed.trace.borrow_and_update()),
            () = sleep(ALIVE) => "event: alive\ndata: 1\n\n".into(),
        };
        let bytes = Bytes::copy_from_slice(message.as_bytes());
        Some((Ok::<_, Infallible>(bytes), (feed, viewer)))
    });
    ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(messages)).into_response()
}
