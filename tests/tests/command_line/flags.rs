//! Flags are derived from the declarations of the endpoints: their parameters and headers.

use tributary_api::{ENDPOINTS, Endpoint, ParameterKind};
use tributary_tests::Launch;

/// The commands with the parameters of an endpoint, and those of them that a command sets by itself.
const COMMANDS: &[(&[&str], &str, &[&str])] = &[
    (&["jobs", "list"], "connector.sync_job_list", &[]),
    (&["jobs", "create"], "connector.sync_job_post", &[]),
    (&["jobs", "show"], "connector.sync_job_get", &["wait_for_completion", "timeout"]),
    (&["jobs", "cancel"], "connector.sync_job_cancel_by_query", &["dry_run"]),
    (&["jobs", "delete"], "connector.sync_job_delete_by_query", &["dry_run"]),
    (&["jobs", "count"], "connector.sync_job_count", &[]),
    (&["jobs", "watch"], "connector.sync_job_watch", &["last_event_id", "timeout"]),
    (&["connectors", "list"], "connector.list", &[]),
    (&["connectors", "show"], "connector.get", &[]),
];

fn endpoint(name: &str) -> &'static Endpoint {
    ENDPOINTS.iter().find(|endpoint| endpoint.name == name).unwrap()
}

#[test]
fn every_parameter_is_a_flag_with_its_words() {
    for (command, name, without) in COMMANDS {
        let help = Launch::bare().arguments(command.iter()).arguments(["--help"]).finish().output;
        let endpoint = endpoint(name);
        let parameters: Vec<_> =
            endpoint.own_parameters().filter(|one| !without.contains(&one.name)).collect();
        let sections = help.split("\nParameters:\n").nth(1).unwrap_or_default();
        let section = sections.split("\nService:\n").next().unwrap_or_default();
        let flags = section.lines().filter_map(|line| line.trim_start().strip_prefix("--"));
        let mut flags: Vec<&str> = flags.map(|line| line.split([' ', '[']).next().unwrap()).collect();
        flags.sort_unstable();
        let parameter_names = parameters.iter().map(|one| one.name);
        let names = parameter_names.chain(endpoint.headers.iter().map(|header| header.name));
        let mut expected: Vec<_> =
            names.map(|name| name.trim_start_matches('_').replace('_', "-").to_lowercase()).collect();
        expected.sort_unstable();
        assert_eq!(flags, expected, "{command:?}");
        let one_line = section.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!one_line.contains("an extension"), "{command:?}");
        for parameter in parameters {
            let description = parameter.description.trim_end_matches('.');
            let description = description.replace("; an extension", "").replace(". An extension", "");
            assert!(one_line.contains(&description), "{}", parameter.name);
            if let ParameterKind::Keyword(words) | ParameterKind::KeywordList(words) = parameter.kind {
                assert!(one_line.contains(&words.join(", ")), "{}: {words:?}", parameter.name);
            }
        }
    }
}
