//! The sync jobs of the benchmarks, which are derived from their number and of exactly the same size.

use std::fmt::Write as _;

use jiff::Timestamp;

/// How many connectors the jobs are spread over.
pub(crate) const CONNECTORS: u32 = 1_000;
/// The size of a job in a response, in bytes.
pub(crate) const JOB_BYTES: usize = 900;
/// All statuses; the jobs are spread over them evenly.
pub(crate) const STATUSES: [&str; 7] =
    ["canceling", "canceled", "completed", "error", "in_progress", "pending", "suspended"];
/// All types; the jobs are spread over them evenly.
pub(crate) const TYPES: [&str; 3] = ["full", "incremental", "access_control"];

/// 2026-01-01T00:00:00Z, when the first job was created; each later one 20 seconds after the one before.
const FIRST_CREATED_AT: i64 = 1_767_225_600;
const SECONDS_BETWEEN: i64 = 20;

/// A sync job, known by its number in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job(pub(crate) u32);

impl Job {
    /// The number of its connector.
    pub(crate) fn connector(self) -> u32 {
        self.0 % CONNECTORS
    }

    /// The place of its status in [`STATUSES`].
    pub(crate) fn status(self) -> usize {
        remainder(self.noise(), STATUSES.len())
    }

    /// The place of its type in [`TYPES`].
    pub(crate) fn job_type(self) -> usize {
        remainder(self.noise() >> 32, TYPES.len())
    }

    /// Its id: a UUID of version 7, as the service makes them.
    pub(crate) fn id(self) -> String {
        let milliseconds = self.created_at().as_millisecond();
        let noise = self.noise();
        format!(
            "{:08x}-{:04x}-7{:03x}-8{:03x}-{:012x}",
            milliseconds >> 16,
            milliseconds & 0xffff,
            noise >> 52,
            noise & 0xfff,
            (noise >> 4) & 0xffff_ffff_ffff
        )
    }

    /// The document without its id: a copy of the connector, what was counted, and a note that
    /// fills it up to [`JOB_BYTES`].
    pub(crate) fn document(self) -> String {
        let empty = self.document_with_note("");
        let with_id = empty.len() + r#""id":"","#.len() + self.id().len();
        self.document_with_note(&"initial load ".repeat(JOB_BYTES)[..JOB_BYTES - with_id])
    }

    fn document_with_note(self, note: &str) -> String {
        let Self(number) = self;
        let (status, job_type) = (STATUSES[self.status()], TYPES[self.job_type()]);
        let connector = connector_id(self.connector());
        let created = self.time(0);
        let life = self.life();
        format!(
            r#"{{"connector":{{"id":"{connector}","filtering":{{"advanced_snippet":{{"value":{{}}}},"rules":[{{"id":"DEFAULT","field":"_","order":0,"policy":"include","rule":"regex","value":".*"}}]}},"index_name":"search-{connector}","language":null,"service_type":"postgresql","configuration":{{"host":{{"type":"str","value":"db-{connector}.example.org"}},"port":{{"type":"int","value":5432}},"note":{{"type":"str","value":"{note}"}}}}}},"created_at":"{created}",{life}"deleted_document_count":{},"indexed_document_count":{},"indexed_document_volume":{},"job_type":"{job_type}","metadata":{{}},"status":"{status}","total_document_count":{},"trigger_method":"scheduled"}}"#,
            number % 10,
            number % 1_000,
            number % 100,
            number % 100_000,
        )
    }

    /// The fields that follow from its status.
    fn life(self) -> String {
        let mut life = String::new();
        if let Some(started) = self.started_after() {
            let seen = self.completed_after().unwrap_or(started + 30);
            let worker = self.noise() >> 8 & 7;
            life = format!(
                r#""started_at":"{}","last_seen":"{}","worker_hostname":"worker-{worker}","#,
                self.time(started),
                self.time(seen),
            );
        }
        if let Some(completed) = self.completed_after() {
            let _ = write!(life, r#""completed_at":"{}","#, self.time(completed));
        }
        if self.has_error() {
            let _ = write!(life, r#""error":"{} from the source","#, self.error_number());
        }
        life
    }

    /// How many seconds after its creation a worker claimed it, if one did.
    pub(crate) fn started_after(self) -> Option<i64> {
        let is_waiting = matches!(STATUSES[self.status()], "pending" | "canceled");
        (!is_waiting).then(|| 1 + i64::from(self.bits(16) % 60))
    }

    /// How many seconds after its creation it ended, if it did after it was claimed.
    pub(crate) fn completed_after(self) -> Option<i64> {
        let has_ended = matches!(STATUSES[self.status()], "completed" | "error");
        self.started_after().filter(|_| has_ended).map(|started| started + i64::from(self.bits(24) % 3_600))
    }

    /// Whether it has an error.
    pub(crate) fn has_error(self) -> bool {
        STATUSES[self.status()] == "error"
    }

    /// The number in its error message, if it has one.
    pub(crate) fn error_number(self) -> u64 {
        400 + (self.noise() >> 40) % 100
    }

    /// So many seconds after its creation, with milliseconds.
    pub(crate) fn time(self, seconds_later: i64) -> String {
        let moment = self.created_at().as_second() + seconds_later;
        format!("{:.3}", Timestamp::from_second(moment).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    /// When it was created, in seconds.
    pub(crate) fn created_second(self) -> i64 {
        self.created_at().as_second()
    }

    fn bits(self, first: u32) -> u16 {
        u16::try_from(self.noise() >> first & 0xffff).unwrap_or_default()
    }

    fn created_at(self) -> Timestamp {
        let second = FIRST_CREATED_AT + i64::from(self.0) * SECONDS_BETWEEN;
        Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Pseudorandom bits of a job (the finalizer of splitmix64).
    fn noise(self) -> u64 {
        let mut bits = u64::from(self.0).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

fn remainder(bits: u64, divisor: usize) -> usize {
    usize::try_from(bits % divisor as u64).unwrap_or_default()
}

/// The id of a connector.
pub(crate) fn connector_id(number: u32) -> String {
    format!("connector-{number:04}")
}

#[cfg(test)]
mod tests {
    use tributary_domain::Document;

    use super::*;

    #[test]
    fn jobs_have_their_size_and_all_values() {
        let mut seen = [[0_u32; TYPES.len()]; STATUSES.len()];
        for job in (0..3_000).map(Job) {
            let document = Document::parse(&job.document()).unwrap();
            assert_eq!(document.render(&job.id()).len(), JOB_BYTES);
            seen[job.status()][job.job_type()] += 1;
        }
        assert!(seen.iter().flatten().all(|jobs| (90..200).contains(jobs)), "{seen:?}");
    }
}
