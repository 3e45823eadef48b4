//! Tokens of cursors.

use std::cell::RefCell;
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use sha2::{Digest as _, Sha256};

use crate::service::{Service, with_service};

const LISTS: &[&str] = &[
    "/_connector/_sync_job?size=1",
    "/_connector/_sync_job?size=1&sort=completed_at&order=desc",
    "/_connector/_sync_job?size=2&sort=duration",
    "/_connector?size=1",
];

/// Checks a token, and the same bytes as the content of one with the right checksum: nobody but the service makes a token
/// that it takes, and what can be forged does no harm.
pub(super) fn check(input: &[u8]) {
    with_service(|service| {
        for list in LISTS {
            let asked = format!("{list}&cursor={}", percent_encode(input, NON_ALPHANUMERIC));
            let answer = service.get(&asked);
            answer.check();
            let is_issued = issued(service, list).any(|token| token.as_bytes() == input);
            assert_eq!(answer.is_success(), is_issued, "{asked}: {answer:?}");

            let token = URL_SAFE_NO_PAD.decode(input).unwrap_or_else(|_| input.to_vec());
            for content in
                [&token[..], token.split_last_chunk::<8>().map_or(&token[..], |(content, _)| content)]
            {
                let digest = Sha256::digest(content);
                let sealed = URL_SAFE_NO_PAD.encode([content, &digest[..8]].concat());
                service.get(&format!("{list}&cursor={sealed}")).check();
            }
        }
    });
}

/// All tokens of a list, the empty one among them.
fn issued(service: &Service, list: &'static str) -> impl Iterator<Item = &'static str> {
    thread_local! {
        // No input changes what is listed.
        static ISSUED: RefCell<HashMap<&'static str, &'static [String]>> = RefCell::default();
    }
    let tokens = ISSUED.with_borrow_mut(|issued| {
        *issued.entry(list).or_insert_with(|| Vec::leak(all_tokens(service, list)))
    });
    tokens.iter().map(String::as_str)
}

fn all_tokens(service: &Service, list: &str) -> Vec<String> {
    let mut tokens = vec![String::new()];
    loop {
        let page = service.get(&format!("{list}&cursor={}", tokens.last().expect("the first one"))).json();
        match page["next"].as_str() {
            Some(token) => tokens.push(token.to_owned()),
            None => return tokens,
        }
    }
}
