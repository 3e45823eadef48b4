//! A stream of server-sent events that goes on when its connection is lost.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt as _, try_unfold};
use reqwest::Response;
use sse_stream::{Sse, SseByteStream};
use tokio::time::timeout;

use super::failure::{ClientFailure, causes};
use super::recovery::Recovery;
use super::service::{Call, Service};

/// A connection on which nothing arrives for so long is dead: the service sends a comment every 15 seconds.
const LONGEST_SILENCE: Duration = Duration::from_secs(45);

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
    recovery: Recovery,
    /// The id of the last event that had one: where to go on.
    last_id: Option<String>,
    /// How long the stream asks clients to wait before they connect again.
    retry: Option<Duration>,
    longest_silence: Duration,
}

impl<'s> Subscription<'s> {
    /// Connects for the first time, after some tries if the service is busy.
    pub(crate) async fn open(service: &'s Service, call: Call) -> Result<Self, ClientFailure> {
        Self::open_with(service, call, LONGEST_SILENCE).await
    }

    async fn open_with(
        service: &'s Service,
        call: Call,
        longest_silence: Duration,
    ) -> Result<Self, ClientFailure> {
        let mut recovery = Recovery::new(service.address());
        let events = events(connect(service, &call, None, &mut recovery).await?, longest_silence);
        Ok(Self { service, call, events, recovery, last_id: None, retry: None, longest_silence })
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
        let reason = format!("lost the connection to {}: {reason}; connecting again", self.service.address());
        self.recovery.begin(&reason, self.retry);
        self.recovery.pause(None).await;
        let last_id = self.last_id.as_deref();
        let response = connect(self.service, &self.call, last_id, &mut self.recovery).await?;
        self.events = events(response, self.longest_silence);
        Ok(())
    }
}

/// Asks for the events, again and again while the service is away.
async fn connect(
    service: &Service,
    call: &Call,
    last_id: Option<&str>,
    recovery: &mut Recovery,
) -> Result<Response, ClientFailure> {
    loop {
        match service.events(call, last_id).await {
            Ok(response) => {
                recovery.answered();
                return Ok(response);
            }
            Err(failure) if recovery.bears(&failure) => recovery.pause(failure.retry_after()).await,
            Err(failure) => return Err(failure),
        }
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

    fn service_at(listener: &TcpListener) -> Service {
        let url = format!("http://{}", listener.local_addr().unwrap());
        let options = Options::try_parse_from(["", "--url", &url]).unwrap();
        Service::new(&options.service).unwrap()
    }

    #[tokio::test]
    async fn a_dead_connection_is_replaced() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let service = service_at(&listener);
        let server = std::thread::spawn(move || silent_after_an_event(&listener, 3));
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

    #[tokio::test]
    async fn a_busy_service_is_asked_again_and_a_proxy_without_it_too() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let service = service_at(&listener);
        let own = "x-elastic-product: Elasticsearch\r\n";
        let empty = "content-length: 0\r\n\r\n";
        let event = |id| {
            format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n{own}\r\nretry: 1\nid: {id}\ndata: {id}\n\n"
            )
        };
        let answers = [
            format!("HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\n{own}{empty}"),
            event(1),
            format!("HTTP/1.1 404 Not Found\r\n{empty}"),
            format!("HTTP/1.1 429 Too Many Requests\r\n{empty}"),
            format!("HTTP/1.1 503 Service Unavailable\r\nretry-after: 0\r\n{own}{empty}"),
            event(2),
            format!("HTTP/1.1 403 Forbidden\r\n{own}{empty}"),
            format!("HTTP/1.1 404 Not Found\r\n{empty}"),
        ];
        let server = std::thread::spawn(move || {
            for answer in answers {
                let (mut connection, _) = listener.accept().unwrap();
                let _ = connection.read(&mut [0; 4096]).unwrap();
                connection.write_all(answer.as_bytes()).unwrap();
            }
        });
        let call = || Call::of(endpoint("connector.sync_job_watch"));
        let mut subscription = Subscription::open(&service, call()).await.unwrap();
        for number in ["1", "2"] {
            assert_eq!(subscription.next().await.unwrap().data, number);
        }
        let refused = subscription.next().await.unwrap_err();
        assert!(refused.to_string().ends_with("(403 Forbidden)"), "{refused}");
        let foreign = Subscription::open(&service, call()).await.err().unwrap();
        assert!(matches!(foreign, ClientFailure::Foreign { .. }), "{foreign}");
        server.join().unwrap();
    }
}
