//! A stream of server-sent events that goes on when its connection is lost.

use std::io;
use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, try_unfold};
use reqwest::Response;
use sse_stream::{Sse, SseByteStream};
use tokio::time::{sleep, timeout};

use super::failure::{ClientFailure, causes};
use super::service::{Call, Service};
use crate::streams;

/// A connection on which nothing arrives for so long is dead: the service sends a comment every 15 seconds.
const LONGEST_SILENCE: Duration = Duration::from_secs(45);
/// The first delay before the service is asked again, unless the stream says another.
const FIRST_DELAY: Duration = Duration::from_secs(2);
/// The limits of delays, whatever the stream says.
const SHORTEST_DELAY: Duration = Duration::from_millis(100);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServerEvent {
    /// Its type.
    pub(crate) name: String,
    /// Its data, with a line feed between the lines.
    pub(crate) data: String,
}

type Events = SseByteStream<BoxStream<'static, io::Result<Bytes>>>;

/// The events of an endpoint.
pub(crate) struct Subscription<'s> {
    service: &'s Service,
    call: Call,
    events: Events,
    /// The id of the last event that had one: where to go on.
    last_id: Option<String>,
    /// How long the stream asks clients to wait before they connect again.
    retry: Option<Duration>,
    longest_silence: Duration,
}

impl<'s> Subscription<'s> {
    /// Connects for the first time.
    pub(crate) async fn open(service: &'s Service, call: Call) -> Result<Self, ClientFailure> {
        Self::open_with(service, call, LONGEST_SILENCE).await
    }

    async fn open_with(
        service: &'s Service,
        call: Call,
        longest_silence: Duration,
    ) -> Result<Self, ClientFailure> {
        let events = events(service.events(&call, None).await?, longest_silence);
        Ok(Self { service, call, events, last_id: None, retry: None, longest_silence })
    }

    /// Waits for the next event. A lost connection is replaced by a new one that goes on after the last event, for as
    /// long as it takes, and both are reported on standard error; fails if the service refuses the new one.
    pub(crate) async fn next(&mut self) -> Result<ServerEvent, ClientFailure> {
        loop {
            match self.read().await {
                Ok(Sse { event, data: Some(data), .. }) => {
                    return Ok(ServerEvent { name: event.unwrap_or_else(|| "message".to_owned()), data });
                }
                Ok(_) => {}
                Err(reason) => self.reconnect(&reason).await?,
            }
        }
    }

    /// Reads what arrives next; or says why nothing more will.
    async fn read(&mut self) -> Result<Sse, String> {
        let event = self.events.next().await.ok_or("the service has closed it")?;
        let event = event.map_err(|error| causes(&error))?;
        self.last_id = event.id.clone().or(self.last_id.take());
        self.retry = event.retry.map(Duration::from_millis).or(self.retry);
        Ok(event)
    }

    async fn reconnect(&mut self, reason: &str) -> Result<(), ClientFailure> {
        let url = self.service.address();
        streams::tell(&format!("tributary: lost the connection to {url}: {reason}; connecting again\n"));
        for delay in delays(self.retry) {
            sleep(delay).await;
            match self.service.events(&self.call, self.last_id.as_deref()).await {
                Ok(response) => {
                    self.events = events(response, self.longest_silence);
                    break;
                }
                Err(failure) if failure.is_temporary() => {}
                Err(failure) => return Err(failure),
            }
        }
        streams::tell(&format!("tributary: connected to {url} again\n"));
        Ok(())
    }
}

/// The events of an answer; an error if neither events nor comments arrive for too long.
fn events(response: Response, longest_silence: Duration) -> Events {
    let bytes = try_unfold(response, move |mut response| async move {
        let chunk = timeout(longest_silence, response.chunk()).await.map_err(|_| {
            let silence = format!("nothing has arrived for {} seconds", longest_silence.as_secs());
            io::Error::new(io::ErrorKind::TimedOut, silence)
        })?;
        Ok(chunk.map_err(io::Error::other)?.map(|chunk| (chunk, response)))
    });
    SseByteStream::new(bytes.boxed())
}

/// Growing delays without an end.
fn delays(first: Option<Duration>) -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(first.unwrap_or(FIRST_DELAY).clamp(SHORTEST_DELAY, LONGEST_DELAY))
        .with_max_delay(LONGEST_DELAY)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use clap::Parser as _;

    use super::super::{ServiceOptions, endpoint};
    use super::*;

    #[derive(Debug, clap::Parser)]
    struct Options {
        #[command(flatten)]
        service: ServiceOptions,
    }

    /// Sends an event on each connection and then nothing more; returns what the clients have sent.
    fn silent_after_an_event(listener: &TcpListener, connections: u32) -> Vec<String> {
        let mut kept = Vec::new();
        let requests = (1..=connections).map(|number| {
            let (mut connection, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let length = connection.read(&mut request).unwrap();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n\
                 x-elastic-product: Elasticsearch\r\n\r\nretry: 1\nid: {number}\n\
                 data: {number}\n\ndata: lost"
            );
            connection.write_all(answer.as_bytes()).unwrap();
            kept.push(connection);
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        requests.collect()
    }

    #[tokio::test]
    async fn a_dead_connection_is_replaced() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || silent_after_an_event(&listener, 3));
        let options = Options::try_parse_from(["", "--url", &url]).unwrap();
        let service = Service::new(&options.service).unwrap();
        let call = Call::of(endpoint("connector.sync_job_watch"));
        let silence = Duration::from_millis(200);
        let mut subscription = Subscription::open_with(&service, call, silence).await.unwrap();
        for number in ["1", "2", "3"] {
            assert_eq!(subscription.next().await.unwrap().data, number);
        }
        let ids = server.join().unwrap().into_iter().map(|request| {
            let lines = request.lines();
            let mut ids = lines.filter_map(|line| line.strip_prefix("last-event-id: ").map(str::to_owned));
            ids.next()
        });
        assert_eq!(ids.collect::<Vec<_>>(), [None, Some("1".to_owned()), Some("2".to_owned())]);
    }

    #[test]
    fn delays_begin_as_announced_and_have_limits() {
        let seconds = Duration::from_secs;
        for (announced, first) in [
            (None, FIRST_DELAY),
            (Some(seconds(5)), seconds(5)),
            (Some(Duration::ZERO), SHORTEST_DELAY),
            (Some(seconds(100_000)), LONGEST_DELAY),
        ] {
            let delays: Vec<_> = delays(announced).take(20).collect();
            assert!(delays[0] >= first && delays[0] <= first * 2, "{announced:?}: {delays:?}");
            assert!(delays.iter().all(|delay| *delay <= LONGEST_DELAY * 2), "{announced:?}: {delays:?}");
            assert_eq!(delays.len(), 20);
        }
    }
}
