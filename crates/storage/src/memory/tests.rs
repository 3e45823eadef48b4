//! Compares the indexed collection with the rules of the domain, over more documents than fit into a chunk.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use tributary_domain::{
    Collection, Condition, Document, Enumeration, MissingValues, Order, Query, SortOrder, sync_job_fields,
};

#[cfg(feature = "embedded")]
use super::batch::LoadBatch;
use super::indexed::Indexed;
use super::operation::Record;

const JOBS: Collection = Collection::SYNC_JOBS;
/// A millisecond, of which documents have times nearby.
const START: i64 = 1_767_225_600_000;
const NUMBERS: [&str; 4] = [
    sync_job_fields::COMPLETED_AT,
    sync_job_fields::CREATED_AT,
    sync_job_fields::LAST_SEEN,
    sync_job_fields::STARTED_AT,
];

#[derive(Debug, Clone)]
enum CatalogStep {
    /// So many jobs that follow each other in time, from an id and a time on, as of a seed.
    Create(u16, i64, u16, u64),
    /// New times for every so-manieth job.
    Change(usize, u64),
    /// Removal of so many jobs from one on.
    Remove(usize, usize),
    List(Query),
}

fn step() -> impl Strategy<Value = CatalogStep> {
    prop_oneof![
        2 => (0..2_000_u16, 0..5_000_i64, 1..400_u16, any::<u64>())
            .prop_map(|(id, time, count, seed)| CatalogStep::Create(id, time, count, seed)),
        1 => (1..60_usize, any::<u64>()).prop_map(|(step, seed)| CatalogStep::Change(step, seed)),
        1 => (0..1_000_usize, 1..300_usize).prop_map(|(first, count)| CatalogStep::Remove(first, count)),
        8 => query().prop_map(CatalogStep::List),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let limit = || prop::option::weighted(0.8, (-10..6_000_i64).prop_map(|time| START + time));
    let range = (select(&NUMBERS), limit(), limit());
    let range = range.prop_map(|(field, from, before)| Condition::Range { field, from, before });
    let exists = select(&NUMBERS[..]).prop_map(|field| Condition::Exists { field });
    let error = Just(Condition::Exists { field: sync_job_fields::ERROR });
    let contains = select(vec!["7", "no", "error 1", ""])
        .prop_map(|text| Condition::Contains { fields: vec![sync_job_fields::ERROR], text: text.to_owned() });
    let words = select(vec![
        (sync_job_fields::STATUS, vec!["pending", "error"]),
        (sync_job_fields::STATUS, vec!["completed"]),
        (sync_job_fields::CONNECTOR_ID, vec!["c0"]),
        (sync_job_fields::CONNECTOR_ID, vec!["c0", "c1", "c2", "c3", "c4", "none"]),
        (sync_job_fields::CONNECTOR_ID, vec!["c0", "c1", "c2", "c4"]),
        (sync_job_fields::CONNECTOR_ID, vec!["none"]),
    ]);
    let words = words.prop_map(|(field, words)| Condition::AnyOf {
        field,
        words: words.into_iter().map(str::to_owned).collect(),
    });
    let condition = prop_oneof![4 => range, 1 => exists, 1 => error, 1 => contains, 3 => words];
    let condition = (condition, prop::bool::weighted(0.3))
        .prop_map(|(condition, negated)| if negated { condition.negated() } else { condition });
    let fields: Vec<Option<&str>> =
        JOBS.fields.iter().filter(|field| field.is_sorted).map(|field| Some(field.path)).collect();
    let missing = select(vec![MissingValues::Greatest, MissingValues::Last]);
    let order = (select(fields), select(SortOrder::ALL), missing)
        .prop_map(|(field, direction, missing)| Order { field, direction, missing });
    (prop::collection::vec(condition, 0..3), order, 0..40_u32, 0..30_u32).prop_map(
        |(conditions, order, from, size)| {
            conditions.into_iter().fold(Query::of(JOBS).ordered(order).page(from, size), Query::with)
        },
    )
}

/// A job with some of the times of its life; `seed` decides which.
fn job(time: i64, seed: u64) -> Document {
    let later = |bits: u32, most: u64| time + i64::try_from((seed >> bits) % most).unwrap_or_default();
    let mut fields = vec![format!(r#""connector":{{"id":"c{}"}}"#, seed % 5)];
    match seed % 97 {
        0 => {}
        1 => fields.push(format!(r#""created_at":[{},{}]"#, START + time, START + time + 700)),
        2 => fields.push(r#""created_at":-9223372036854775808"#.to_owned()),
        3 => fields.push(r#""created_at":9223372036854775807"#.to_owned()),
        _ => fields.push(format!(r#""created_at":{}"#, START + time)),
    }
    if seed & 0x100 != 0 {
        fields.push(format!(r#""started_at":{},"status":"in_progress""#, START + later(20, 20)));
        fields.push(format!(r#""last_seen":[{},{}]"#, START + later(20, 20), START + later(30, 200)));
    } else if seed & 0x200 != 0 {
        fields.push(format!(r#""completed_at":{},"status":"completed""#, START + later(20, 60)));
        fields.push(format!(r#""last_seen":{}"#, START + later(10, 60)));
    } else {
        fields.push(format!(r#""status":["error","pending"],"error":"no: error {}""#, (seed >> 10) % 20));
    }
    fields.push(format!(r#""indexed_document_count":{}"#, (seed >> 12) % 50));
    Document::parse(&format!("{{{}}}", fields.join(","))).unwrap()
}

struct Compared {
    indexed: Indexed,
    documents: BTreeMap<String, Document>,
}

impl Compared {
    fn set(&mut self, id: &str, document: Option<Document>) {
        let record = document.as_ref().map(|document| Record::new(JOBS, id, document));
        self.indexed.apply(id, record, 1);
        match document {
            Some(document) => drop(self.documents.insert(id.to_owned(), document)),
            None => drop(self.documents.remove(id)),
        }
    }

    fn run(&mut self, step: CatalogStep) {
        match step {
            CatalogStep::Create(id, time, count, seed) => {
                for number in 0..count {
                    let noise = seed.rotate_left(u32::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
                    let document = job(time + i64::from(number / 3), noise ^ u64::from(number));
                    self.set(&format!("{:04x}", id + number), Some(document));
                }
            }
            CatalogStep::Change(step, seed) => {
                let ids: Vec<String> = self.documents.keys().step_by(step).cloned().collect();
                for (number, id) in ids.into_iter().enumerate() {
                    let noise = seed.wrapping_add(number as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                    self.set(&id, Some(job(i64::try_from(seed % 5_000).unwrap(), noise)));
                }
            }
            CatalogStep::Remove(first, count) => {
                let ids: Vec<String> = self.documents.keys().skip(first).take(count).cloned().collect();
                for id in ids {
                    self.set(&id, None);
                }
            }
            CatalogStep::List(query) => self.compare(&query),
        }
    }

    /// Compares a page by offset, and one after a key.
    fn compare(&self, query: &Query) {
        let matching = self.documents.iter().filter(|(id, document)| query.matches(id, document));
        let mut keys: Vec<_> = matching.map(|(id, document)| query.key(id, document)).collect();
        keys.sort_by(|left, right| query.order.compare(left, right));
        let tributary_domain::Window::Offset { from, size } = query.window else { return };
        let after = keys.get(from as usize).cloned();
        let [by_offset, after_key] = [u64::from(from), u64::from(from) + 1].map(|skipped| {
            let page = keys.iter().skip(usize::try_from(skipped).unwrap()).take(size as usize);
            page.map(|key| self.documents[&key.id].render(&key.id)).collect::<Vec<_>>()
        });
        let check = |query: &Query, expected: Vec<String>| {
            let page = self.indexed.list(query, None).expect("listed");
            let found: Vec<_> = page.documents.iter().map(|text| String::from_utf8_lossy(text)).collect();
            assert_eq!((page.count, found), (keys.len() as u64, expected.iter().map(Into::into).collect()));
        };
        check(query, by_offset);
        if after.is_some() {
            check(&query.clone().after(after, size), after_key);
        }
    }
}

/// The same documents in a collection that was loaded in bulk.
#[cfg(feature = "embedded")]
fn loaded(documents: &BTreeMap<String, Document>) -> Indexed {
    let mut batch = LoadBatch::default();
    for (slot, (id, document)) in (0..).zip(documents) {
        let Record { rendered, terms } = Record::new(JOBS, id, document);
        batch.add(slot, id, &rendered, 1, terms);
    }
    let mut indexed = Indexed::new(JOBS);
    indexed.load(vec![batch]);
    indexed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pages_are_those_of_a_scan(
        steps in prop::collection::vec(step(), 1..50),
        last in prop::collection::vec(step(), 1..20),
    ) {
        let mut compared = Compared { indexed: Indexed::new(JOBS), documents: BTreeMap::new() };
        for step in steps {
            compared.run(step);
        }
        #[cfg(feature = "embedded")]
        {
            compared.indexed = loaded(&compared.documents);
        }
        for step in last {
            compared.run(step);
        }
    }
}
