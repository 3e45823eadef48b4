//! HTTP/2 over TLS, by hyper: actix-http lets neither the number of streams nor the size of heads be limited, ends no
//! connection when the service ends, and waits for ever for clients that do not read.

mod answer;
mod paced;
mod progress;
mod request;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use actix_http::Request;
use actix_service::Service;
use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::{Error, HttpResponse};
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::interval;

use super::head;
use super::plan::Plan;
use paced::Paced;
use progress::{Progress, Standing};

/// How many requests of a connection may run at a time.
const MAXIMUM_STREAMS: u32 = 128;
/// How much of a request body may be on the way, for each stream and for all of a connection, in bytes.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// How much of an answer may wait to be sent, in bytes.
const SEND_BUFFER: usize = 64 * 1024;
/// How long a client may take to answer a ping.
const PING_TIMEOUT: Duration = Duration::from_secs(20);
/// How often it is looked whether anything goes on.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Serves an application on a connection until its end.
pub(super) async fn serve<T, S, B>(plan: &Plan, stream: T, peer: Option<SocketAddr>, application: Rc<S>)
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    S: Service<Request, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    let progress = Rc::new(Progress::new(plan));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (application, progress) = (Rc::clone(&application), Rc::clone(&progress));
        let running = progress.begin();
        async move {
            let answered = application.call(request::converted(request, peer)).await;
            let (is_head, response) = match answered {
                Ok(answered) => {
                    let is_head = answered.request().method() == actix_web::http::Method::HEAD;
                    (is_head, answered.into_parts().1.map_into_boxed_body())
                }
                Err(error) => (false, HttpResponse::from_error(error)),
            };
            Ok::<_, Infallible>(answer::converted(response, is_head, running))
        }
    });
    let io = TokioIo::new(Paced::new(stream, plan.limits.write_timeout));
    let mut connection = pin!(builder(plan).serve_connection(io, service));
    let (mut looks, mut is_ending) = (interval(BETWEEN_LOOKS), false);
    let mut ending = (plan.ending)();
    loop {
        tokio::select! {
            ended = &mut connection => {
                if let Err(error) = ended {
                    tracing::debug!(?peer, "an HTTP/2 connection ended: {error}");
                }
                return;
            }
            () = &mut ending, if !is_ending => {
                is_ending = true;
                connection.as_mut().graceful_shutdown();
            }
            _ = looks.tick() => match progress.standing(is_ending) {
                Standing::Going => {}
                Standing::Idle if is_ending => return,
                Standing::Idle => {
                    is_ending = true;
                    connection.as_mut().graceful_shutdown();
                }
                Standing::Stalled => {
                    tracing::info!(?peer, "a connection is closed, its client takes nothing of an answer");
                    return;
                }
            },
        }
    }
}

fn builder(plan: &Plan) -> Builder<LocalExecutor> {
    let mut builder = Builder::new(LocalExecutor);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAXIMUM_STREAMS)
        .max_header_list_size(u32::try_from(head::MAXIMUM_LENGTH).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(plan.keep_alive)
        .keep_alive_timeout(PING_TIMEOUT);
    builder
}

/// Runs what belongs to a connection on its thread.
#[derive(Debug, Clone, Copy)]
struct LocalExecutor;

impl<F: Future<Output = ()> + 'static> Executor<F> for LocalExecutor {
    fn execute(&self, task: F) {
        actix_web::rt::spawn(task);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
