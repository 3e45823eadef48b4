//! Tokens that continue a list: opaque to clients, and bound to the collection, the filters and the order of the list.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tributary_domain::{
    Collection, Condition, Order, PointInTime, Query, Refusal, SortKey, SortValue, Timestamp,
};
use tributary_storage::Page;

use super::declaration::{Parameter, ParameterKind};

pub(crate) const CURSOR: Parameter = Parameter {
    name: "cursor",
    kind: ParameterKind::FreeText,
    default: None,
    description: "Where to go on in a list of any length: empty for the first page, then what the page before had as \
                  next; filters and order must stay the same; an extension.",
};

/// The format of the tokens.
const VERSION: u8 = 2;
/// The length of a digest in bytes; it tells mistakes, and need not resist attacks: whoever makes a token of their own
/// reads nothing that the list does not show.
const DIGEST: usize = 8;

/// The position in a list that a token stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cursor {
    /// The moment of the first page.
    pub(crate) now: Timestamp,
    position: Position,
    filters: Fingerprint,
    order: Fingerprint,
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    /// The last document of the page before.
    key: SortKey,
    /// The moment whose order the list has.
    point_in_time: Option<PointInTime>,
}

/// What a token is bound to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CursorScope {
    collection: Collection,
    filters: Fingerprint,
    order: Order,
}

type Fingerprint = [u8; DIGEST];

/// The part of a token that is JSON.
#[derive(Serialize, Deserialize)]
struct Content<'a>(&'a str, Timestamp, Option<SortValue>, String, Option<String>);

impl CursorScope {
    /// The scope of a list with these conditions and further filters, all as they were asked for: what is read from the
    /// store for them may differ from page to page.
    pub(crate) fn new(
        collection: Collection,
        conditions: &[Condition],
        further: impl Serialize,
        order: Order,
    ) -> Self {
        let conditions: Vec<Condition> = conditions.iter().cloned().map(Condition::normalized).collect();
        Self { collection, filters: fingerprint(&(conditions, further)), order }
    }

    /// The token for the page after this one, if there is one.
    pub(crate) fn next(&self, now: Timestamp, page: &Page) -> Option<String> {
        let (key, point_in_time) = (page.next.clone()?, page.point_in_time.clone());
        Some(self.token(now, Position { key, point_in_time }))
    }

    fn token(&self, now: Timestamp, position: Position) -> String {
        let Position { key: SortKey { value, id }, point_in_time } = position;
        let point_in_time = point_in_time.map(|point| point.as_str().to_owned());
        let content = Content(self.collection.name, now, value, id, point_in_time);
        let content = serde_json::to_vec(&content).unwrap_or_default();
        let mut token = [&[VERSION][..], &self.filters, &fingerprint(&self.order), &content].concat();
        token.extend_from_slice(&digest(&token));
        URL_SAFE_NO_PAD.encode(token)
    }

    /// The query for the page of a cursor, or for the first page, unless the cursor is one of another list.
    pub(crate) fn page(&self, query: Query, cursor: Option<Cursor>, size: u32) -> Result<Query, Refusal> {
        let position = cursor.map(|cursor| self.check(cursor)).transpose()?;
        let (key, point) = position.map(|position| (position.key, position.point_in_time)).unzip();
        Ok(query.after(key, size).keeping_order(point.flatten()))
    }

    /// Where the list goes on, if the token is one of this list.
    fn check(&self, cursor: Cursor) -> Result<Position, Refusal> {
        let same = |what: &str| {
            Err(refused(&format!(
                "belongs to a list with other {what}; give the same as for the first page, or begin again with [cursor=]"
            )))
        };
        match (cursor.filters == self.filters, cursor.order == fingerprint(&self.order)) {
            (true, true) => {}
            (false, true) => return same("filters"),
            (true, false) => return same("values of [sort] or [order]"),
            (false, false) => return same("filters and another order"),
        }
        let field = self.order.field.and_then(|path| self.collection.field(path));
        let is_fitting = match (&cursor.position.key.value, field) {
            (None, _) => true,
            (Some(SortValue::Number(_)), Some(field)) => field.is_numeric(),
            (Some(SortValue::Word(_)), Some(field)) => !field.is_numeric(),
            (Some(_), None) => false,
        };
        if is_fitting { Ok(cursor.position) } else { Err(not_ours()) }
    }
}

impl Cursor {
    /// Reads a token of a list of this collection.
    pub(crate) fn parse(token: &str, collection: Collection) -> Result<Self, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| not_ours())?;
        let (signed, checksum) = bytes.split_last_chunk::<DIGEST>().ok_or_else(not_ours)?;
        if digest(signed) != *checksum {
            return Err(not_ours());
        }
        if signed.first() != Some(&VERSION) {
            return Err(refused("was made by another version of this service; begin again with [cursor=]"));
        }
        let (filters, rest) = signed[1..].split_first_chunk().ok_or_else(not_ours)?;
        let (order, content) = rest.split_first_chunk().ok_or_else(not_ours)?;
        let Content(name, now, value, id, point) = serde_json::from_slice(content).map_err(|_| not_ours())?;
        if name != collection.name {
            let (found, wanted) = (name.replace('_', " "), collection.plural());
            return Err(refused(&format!(
                "belongs to a list of [{found}], and this is one of [{wanted}]; begin with [cursor=]"
            )));
        }
        let position = Position { key: SortKey { value, id }, point_in_time: point.map(PointInTime::new) };
        Ok(Self { now, position, filters: *filters, order: *order })
    }
}

fn not_ours() -> Refusal {
    refused(
        "is not a token of this service, or was cut off or edited; give what the page before had as [next], or \
         [cursor=] for the first page",
    )
}

fn refused(problem: &str) -> Refusal {
    Refusal::InvalidArgument(format!("the value of parameter [cursor] {problem}"))
}

/// # Panics
/// Never: filters and orders can be written as JSON.
fn fingerprint(value: &impl Serialize) -> Fingerprint {
    digest(&serde_json::to_vec(value).expect("filters and orders can be written as JSON"))
}

fn digest(bytes: &[u8]) -> Fingerprint {
    let mut digest = Fingerprint::default();
    digest.copy_from_slice(&Sha256::digest(bytes)[..DIGEST]);
    digest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tributary_domain::{SortOrder, sync_job_fields};

    use super::*;

    const JOBS: Collection = Collection::SYNC_JOBS;

    fn scope(status: &str, order: Order) -> CursorScope {
        let words = vec![status.to_owned()];
        CursorScope::new(JOBS, &[Condition::AnyOf { field: sync_job_fields::STATUS, words }], (), order)
    }

    fn by_creation() -> Order {
        Order::by(Some(sync_job_fields::CREATED_AT))
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-01-02T03:04:05.678Z").unwrap()
    }

    fn key() -> SortKey {
        SortKey { value: Some(SortValue::Number(1_767_323_045_678)), id: "a\"ü/\n".to_owned() }
    }

    fn at(key: &SortKey) -> Position {
        Position { key: key.clone(), point_in_time: None }
    }

    /// A token around these bytes, with a valid checksum.
    fn sealed(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode([bytes, &digest(bytes)].concat())
    }

    fn reason<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
        let refusal = result.unwrap_err();
        assert!(matches!(refusal, Refusal::InvalidArgument(_)), "{refusal:?}");
        refusal.to_string()
    }

    #[test]
    fn a_token_comes_back_as_it_was() {
        let keys = [
            key(),
            SortKey { value: None, id: String::new() },
            SortKey { value: Some(SortValue::Number(i64::MIN)), id: "x".repeat(512) },
        ];
        for key in keys {
            let scope = scope("pending", by_creation());
            let token = scope.token(now(), at(&key));
            assert!(
                token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{token}"
            );
            let cursor = Cursor::parse(&token, JOBS).unwrap();
            assert_eq!((cursor.now, scope.check(cursor)), (now(), Ok(at(&key))));
        }
        let kept = Position { point_in_time: Some(PointInTime::new("7-\"ü")), ..at(&key()) };
        let scope = scope("pending", by_creation());
        let cursor = Cursor::parse(&scope.token(now(), kept.clone()), JOBS).unwrap();
        assert_eq!(scope.check(cursor), Ok(kept));
        let by_id = CursorScope::new(Collection::CONNECTORS, &[], (), Order::by(Some("index_name")));
        let word = SortKey { value: Some(SortValue::Word("7".to_owned())), id: "c".to_owned() };
        let cursor = Cursor::parse(&by_id.token(now(), at(&word)), Collection::CONNECTORS).unwrap();
        assert_eq!(by_id.check(cursor), Ok(at(&word)));
    }

    #[test]
    fn a_token_of_another_list_is_told_by_what_differs() {
        let token = scope("pending", by_creation()).token(now(), at(&key()));
        let cursor = Cursor::parse(&token, JOBS).unwrap();
        let newest = by_creation().directed(SortOrder::Descending);
        for (other, part) in [
            (scope("error", by_creation()), "other filters;"),
            (scope("pending", newest), "[order]"),
            (scope("pending", Order::by(None)), "[sort]"),
            (scope("error", newest), "filters and another order"),
        ] {
            let reason = reason(other.check(cursor.clone()));
            assert!(reason.contains("[cursor]") && reason.contains(part), "{reason}");
        }
        let reason = reason(Cursor::parse(&token, Collection::CONNECTORS));
        assert!(reason.contains("[sync jobs]") && reason.contains("[connectors]"), "{reason}");
    }

    #[test]
    fn what_this_service_did_not_make_is_refused() {
        let made = scope("pending", by_creation()).token(now(), at(&key()));
        for wrong in [
            "x",
            "=",
            " ",
            "null",
            "ü",
            &made[1..],
            &made[..made.len() - 1],
            &made[..20],
            &format!("{made}="),
            &format!("{made}A"),
            &made.replace('A', "B"),
            &made.to_lowercase(),
            &sealed(b""),
            &sealed(&[VERSION]),
            &sealed(&[VERSION; 17]),
            &sealed(&[&[VERSION], &b"----------------{}"[..]].concat()),
            &"A".repeat(60_000),
        ] {
            let reason = reason(Cursor::parse(wrong, JOBS));
            assert!(reason.contains("[next]") || wrong == sealed(b""), "{wrong}: {reason}");
        }
        let mut newer = URL_SAFE_NO_PAD.decode(&made).unwrap();
        newer.truncate(newer.len() - DIGEST);
        newer[0] = VERSION + 1;
        assert!(reason(Cursor::parse(&sealed(&newer), JOBS)).contains("another version"));
    }

    #[test]
    fn a_key_of_another_kind_is_refused_although_the_token_is_sound() {
        let (number, word) = (Some(SortValue::Number(1)), Some(SortValue::Word("1".to_owned())));
        for (order, value) in
            [(by_creation(), word.clone()), (Order::by(None), number), (Order::by(None), word)]
        {
            let scope = scope("pending", order);
            let token = scope.token(now(), at(&SortKey { value, id: "a".to_owned() }));
            let reason = reason(scope.check(Cursor::parse(&token, JOBS).unwrap()));
            assert!(reason.contains("not a token of this service"), "{reason}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_taken_for_a_token(text in ".*", bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(Cursor::parse(&text, JOBS).is_err());
            prop_assert!(Cursor::parse(&sealed(&bytes), JOBS).is_err());
        }

        #[test]
        fn no_changed_byte_stays_unnoticed(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
            let mut token = URL_SAFE_NO_PAD.decode(scope("pending", by_creation()).token(now(), at(&key()))).unwrap();
            *place.get_mut(&mut token) ^= 1 << bit;
            prop_assert!(Cursor::parse(&URL_SAFE_NO_PAD.encode(&token), JOBS).is_err());
        }
    }
}
