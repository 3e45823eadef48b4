//! Passes a request on to the engine, and its answer back.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use bytes::Bytes;
use tributary_api::{ApiError, ENDPOINTS, Pace, PassedOn, Reservation, refuse};
use tributary_service::Principal;
use tributary_storage::{Deadline, SearchProduct};

use super::actions::Actions;
use super::allowed::Looked;
use super::answer::Answer;
use super::cursors::{self, Beginning};
use super::engine::Content;
use super::failure;
use super::headers;
use super::looking::{Looking, check_packing};
use super::needs::Named;
use super::pattern::admit;
use super::point_in_time::PointInTime;
use super::rights::Rights;
use super::target::Target;
use super::upload::{LONGEST, Outgoing, Upload, channel, pass_kept};
use super::work_clock::WorkClock;

/// The longest answer that is translated.
const LONGEST_TRANSLATED: usize = 1024 * 1024;

/// How long a request waits to learn which engine it is, where nobody has reached it yet.
const DETECTION: Duration = Duration::from_secs(2);

/// Passes a request on.
pub(crate) async fn pass(content: &Content, request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let mut payload = payload.into_inner();
    let is_read = !has_body(request.headers());
    let rights = Rights::of(&request);
    let mut exchange =
        Exchange { content, request: &request, rights, is_read, is_looked_at: false, sent_as: None };
    match exchange.run(&mut payload).await {
        Ok((answer, product)) => {
            let unread = (!exchange.is_read).then_some(payload);
            answer.respond(&request, product, &content.version, unread)
        }
        Err(error) => {
            if let ApiError::ForbiddenIndices { action, .. } = error {
                request.extensions_mut().insert(PassedOn { action, is_change: false });
            }
            refuse(&request, (!exchange.is_read).then_some(payload), &error)
        }
    }
}

/// Whether a path is below one of the connector APIs, so that no engine is meant.
fn is_of_this_service(target: &Target) -> bool {
    let first = target.segments.first().map_or("", String::as_str);
    !first.is_empty() && ENDPOINTS.iter().any(|endpoint| endpoint.path.split('/').nth(1) == Some(first))
}

/// The index expression that a path begins with, for what a body says nothing about.
pub(super) fn default_index(target: &Target) -> Option<String> {
    target.segments.first().filter(|first| !first.starts_with('_') || first.starts_with("_all")).cloned()
}

fn has_body(headers: &HeaderMap) -> bool {
    let is_empty = headers.get(CONTENT_LENGTH).is_none_or(|length| length.as_bytes() == b"0");
    !is_empty || headers.contains_key(TRANSFER_ENCODING)
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The body that is sent.
enum Sent {
    Whole(Bytes),
    Pieces(Outgoing),
}

impl Sent {
    /// The body, again for another node as long as nothing of it was taken.
    fn body(&self) -> Option<reqwest::Body> {
        match self {
            Self::Whole(body) if body.is_empty() => None,
            Self::Whole(body) => Some(body.clone().into()),
            Self::Pieces(pieces) => Some(reqwest::Body::wrap(pieces.clone())),
        }
    }
}

/// A request on its way.
pub(super) struct Exchange<'e> {
    pub(super) content: &'e Content,
    pub(super) request: &'e HttpRequest,
    /// Whether nothing is left of its body.
    pub(super) is_read: bool,
    /// What the caller may do.
    pub(super) rights: Rights,
    /// Whether the answer is looked at or replaced, for which it must not be packed.
    is_looked_at: bool,
    /// The method that is sent in place of that of the request.
    sent_as: Option<&'static str>,
}

impl Exchange<'_> {
    async fn run(&mut self, payload: &mut Payload) -> Result<(Answer, SearchProduct), ApiError> {
        let (content, request) = (self.content, self.request);
        let method = request.method().as_str();
        let mut target = Target::parse(request.uri().path(), request.query_string())?;
        if is_of_this_service(&target) {
            let path = request.path().to_owned();
            return Err(ApiError::NoHandler { method: method.to_owned(), path });
        }
        let admitted = admit(&content.own, &content.more, &self.rights, method, &mut target)?;
        self.sent_as = admitted.sent_as;
        request.extensions_mut().insert(admitted.told);
        if self.is_read && admitted.named == Named::ByCursor {
            self.check_cursor(&admitted, &target, &[])?;
        }
        if !self.is_read {
            check_packing(request.headers())?;
        }
        if declared_length(request.headers()).is_some_and(|length| length > LONGEST as u64) {
            return Err(ApiError::TooLongToPassOn(LONGEST));
        }
        let product = content.engine.product(Deadline::NONE.within(DETECTION)).await;
        let product = product.map_err(|error| ApiError::EngineAway(error.into()))?;
        let translated =
            (product == SearchProduct::OpenSearch).then(|| PointInTime::translate(&mut target)).flatten();
        let opened_by = self.rights.key().filter(|_| cursors::opens(&target)).map(str::to_owned);
        self.is_looked_at = translated.is_some() || opened_by.is_some();
        let mut answer = match admitted.looked {
            _ if self.is_read => self.send(&target, product, &Sent::Whole(Bytes::new())).await,
            Looked::Nothing | Looked::Actions => {
                self.stream(&target, product, admitted.looked, payload).await
            }
            Looked::Cursors if self.rights.is_everything() => {
                self.stream(&target, product, Looked::Nothing, payload).await
            }
            _ => {
                let body = self.look(&admitted, &target, payload).await?;
                let body = translated.map_or(body.clone(), |call| call.body(body));
                self.send(&target, product, &Sent::Whole(body)).await
            }
        }?;
        if let Some(key) = opened_by.filter(|_| answer.is_success())
            && let Some(Beginning::Id(id)) = answer.find(cursors::LONGEST_ID, cursors::at_beginning).await?
        {
            content.cursors.note(id, &key);
        }
        if let Some(call) = translated.filter(|_| answer.is_success()) {
            let body = answer.whole(LONGEST_TRANSLATED).await?;
            answer.replace(call.answer(body));
        }
        Ok((answer, product))
    }

    /// Sends a body while it arrives.
    async fn stream(
        &mut self,
        target: &Target,
        product: SearchProduct,
        looked: Looked,
        payload: &mut Payload,
    ) -> Result<Answer, ApiError> {
        let headers = self.request.headers();
        let looking = match looked {
            Looked::Actions => {
                let own = Arc::clone(&self.content.own);
                let actions = Actions::new(own, self.rights.clone(), default_index(target));
                Looking::at_actions(actions, headers, LONGEST)?
            }
            _ => Looking::Away,
        };
        let stall = self.content.body_timeout;
        let upload = Upload { payload, stall, pace: Pace::new(stall), looking, length: 0 };
        let clock = WorkClock::started();
        if looked == Looked::Actions && product == SearchProduct::Elasticsearch {
            // It carries out the first actions before it has received the last ones.
            let kept = upload.keep(Reservation::for_body_of(self.request)).await?;
            self.is_read = true;
            let (incoming, outgoing) = channel(Some(kept.length));
            let sent = Sent::Pieces(outgoing);
            return self.send_while(target, product, &sent, &clock, pass_kept(kept, incoming, &clock)).await;
        }
        let (incoming, outgoing) = channel(declared_length(headers));
        let sent = Sent::Pieces(outgoing);
        self.send_while(target, product, &sent, &clock, upload.pass(incoming, &clock)).await
    }

    async fn send(
        &mut self,
        target: &Target,
        product: SearchProduct,
        sent: &Sent,
    ) -> Result<Answer, ApiError> {
        let clock = WorkClock::started();
        self.send_while(target, product, sent, &clock, async { Ok(()) }).await
    }

    /// Sends a request while its body is passed on, and waits for the beginning of the answer.
    async fn send_while(
        &mut self,
        target: &Target,
        product: SearchProduct,
        sent: &Sent,
        clock: &WorkClock,
        passing: impl Future<Output = Result<(), ApiError>>,
    ) -> Result<Answer, ApiError> {
        let deadline = self.content.engine.deadline();
        let response = {
            let mut answering = std::pin::pin!(self.answer_of(target, product, sent));
            let mut passing = std::pin::pin!(passing);
            let mut is_passed = false;
            loop {
                tokio::select! {
                    biased;
                    answered = &mut answering => break answered.map(|response| (response, is_passed)),
                    passed = &mut passing, if !is_passed => {
                        passed?;
                        is_passed = true;
                    }
                    () = clock.over(deadline) => return Err(failure::slow(deadline)),
                }
            }
        };
        let (response, is_passed) = response?;
        self.is_read |= is_passed;
        let is_head = self.request.method() == Method::HEAD;
        Answer::begin(response, deadline, self.forwards_authorization(), is_head).await
    }

    /// Whether the client signs in at the engine: not with a key of this service.
    fn forwards_authorization(&self) -> bool {
        let has_key =
            || self.request.extensions().get::<Principal>().is_some_and(|caller| caller.key().is_some());
        self.content.forwards_authorization && !has_key()
    }

    /// Sends a request to the first node that takes it.
    async fn answer_of(
        &self,
        target: &Target,
        product: SearchProduct,
        sent: &Sent,
    ) -> Result<reqwest::Response, ApiError> {
        let engine = &self.content.engine;
        let method = self.sent_as.unwrap_or(self.request.method().as_str());
        let method = reqwest::Method::from_bytes(method.as_bytes())
            .map_err(|error| ApiError::Internal(error.into()))?;
        let has_body = !matches!(sent, Sent::Whole(body) if body.is_empty());
        let mut headers = headers::of_request(
            self.request.headers(),
            product,
            has_body,
            self.forwards_authorization(),
            engine.authorization(),
        );
        if self.is_looked_at {
            headers.remove(reqwest::header::ACCEPT_ENCODING);
        }
        let path = target.encoded();
        // A connection that was kept may be closed by the engine at the moment it is used.
        let tries = if method.is_safe() && matches!(sent, Sent::Whole(_)) { 2 } else { 1 };
        let (mut last, mut can_go_on) = (None, false);
        for node in engine.nodes() {
            for _ in 0..tries {
                let address = format!("{}{path}", node.as_str().trim_end_matches('/'));
                let mut request = engine.http().request(method.clone(), address).headers(headers.clone());
                if let Some(body) = sent.body() {
                    request = request.body(body);
                }
                let error = match request.send().await {
                    Ok(response) => return Ok(response),
                    Err(error) => error,
                };
                let is_unconnected = error.is_connect();
                last = Some(failure::of(error));
                can_go_on = is_unconnected;
                if is_unconnected {
                    engine.avoid(node);
                    break;
                }
            }
            // Another node may carry out what this one has received already.
            if !can_go_on {
                break;
            }
        }
        Err(last.unwrap_or_else(|| failure::slow(Duration::ZERO)))
    }
}
