//! What the service may complain of in its log, and what it may not.

/// The beginning of a line that is not part of the event before.
const EVENT: &str = "[FMWK]";
/// What marks an event as a complaint.
const COMPLAINTS: [&str; 3] = ["[ERROR]", "[CRITICAL]", "Traceback"];

/// Complaints that the service makes over Elasticsearch as well, since the steps cause them: a text of the event, and why
/// it is there.
pub(crate) const EXPECTED: &[(&str, &str)] = &[
    ("the source is broken on purpose", "fail: its source"),
    ("Document extractor failed", "fail: said of the same failure"),
    ("ConnectorJobCanceledError", "cancel: this is how the service tells itself of it"),
    ("asyncio.exceptions.CancelledError", "cancel, suspend: so do the parts of a job that are stopped"),
    ("was cancelled", "suspend, and the end: so do the parts of the service"),
    ("ConnectorJobNotRunningError", "kill: a job that was found idle is not gone on with"),
    ("Connector job has not been updated since", "kill: the reason of an idle job"),
    ("The server returned 404", "orphan: which document was missing is said by the next complaint"),
    ("'_id': 'orphan', 'found': False", "orphan: the connector was deleted"),
    ("[Connector id: orphan", "orphan: said of the same deletion"),
    ("is started for connector race by another connector instance", "race: what the slower service says"),
    ("Minimum required Elasticsearch license", "license: the license is [basic]"),
    ("pipeline with id [search-default-ingestion] does not exist", "nopipeline: it was deleted"),
    ("Connector id: nopipeline", "nopipeline: said of the documents that were lost"),
    ("'Server URL' cannot be empty", "github: its configuration is not completed"),
];

/// The complaints of a log that nothing explains.
pub(crate) fn complaints(log: &str) -> Vec<String> {
    let mut events: Vec<String> = Vec::new();
    for line in log.lines() {
        match events.last_mut() {
            Some(event) if !line.starts_with(EVENT) => event.extend(["\n", line]),
            _ => events.push(line.to_owned()),
        }
    }
    let complains = |event: &String| COMPLAINTS.iter().any(|mark| event.contains(mark));
    let is_expected = |event: &String| EXPECTED.iter().any(|(text, _)| event.contains(text));
    events.into_iter().filter(|event| complains(event) && !is_expected(event)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_has_the_lines_that_belong_to_it() {
        let log = "[FMWK][INFO] fine\n[FMWK][ERROR] bad\nTraceback:\n  a line\n[FMWK][DEBUG] fine\n";
        assert_eq!(complaints(log), ["[FMWK][ERROR] bad\nTraceback:\n  a line"]);
        let expected = format!("[FMWK][ERROR] failed\nTraceback: {}\n", EXPECTED[0].0);
        assert_eq!(complaints(&expected), [""; 0]);
        assert_eq!(complaints("Traceback at the beginning"), ["Traceback at the beginning"]);
    }
}
