//! A page for each resource with its endpoints, and an overview.

use std::fmt::Write as _;

use serde_json::Value;
use tributary_api::{Access, COMMON_PARAMETERS, Endpoint, Parameter, ParameterKind, Privilege, Resource};

use crate::file::File;
use crate::markdown::{GENERATED, Table, block, code, prose};
use crate::shapes;

/// The endpoints of the API and of the gateway.
fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    tributary_api::ENDPOINTS.iter().chain(tributary_gateway::ENDPOINTS).copied()
}

/// The OpenAPI document of all endpoints.
pub(crate) fn document() -> Value {
    tributary_api::openapi(tributary_gateway::ENDPOINTS)
}

/// The pages of the resources, and the overview.
pub(crate) fn pages() -> Vec<File> {
    let document = document();
    let pages = Resource::ALL.iter().map(|resource| {
        let endpoints = endpoints().filter(|endpoint| endpoint.resource() == *resource);
        let sections: Vec<String> = endpoints.map(|endpoint| section(endpoint, &document)).collect();
        let (name, description) = (resource.name(), resource.description());
        let text = format!(
            "{GENERATED}# {name}\n\n{description} Parameters of every endpoint are in the \
             [overview](overview.md); what an error means, in [errors](errors.md).\n\n{}",
            sections.join("\n")
        );
        File::new(page_path(*resource), text)
    });
    pages.chain([File::new("docs/reference/overview.md", overview())]).collect()
}

fn page_path(resource: Resource) -> String {
    format!("docs/reference/{}.md", page_name(resource))
}

fn page_name(resource: Resource) -> String {
    resource.name().trim_start_matches("The ").to_lowercase().replace(' ', "-")
}

/// A table of all endpoints, each with a link to its section.
fn table() -> String {
    let mut table = Table::new(&["request", "what it does"]);
    for endpoint in endpoints() {
        let (page, title) = (page_name(endpoint.resource()), title(endpoint));
        let request = format!("[`{title}`]({page}.md#{})", crate::links::anchor(&title));
        let summary = endpoint.summary.trim_end_matches('.');
        let summary = if endpoint.extension { format!("*{summary}*") } else { summary.to_owned() };
        table.row(&[&request, &summary]);
    }
    table.text()
}

fn title(endpoint: &Endpoint) -> String {
    format!("{} {}", endpoint.method, endpoint.path)
}

fn overview() -> String {
    let endpoints = table();
    let mut common = parameter_table();
    for parameter in COMMON_PARAMETERS {
        parameter_row(&mut common, parameter);
    }
    let privileges = privileges();
    format!(
        "{GENERATED}# Overview\n\nIn machine-readable form: [openapi.json](../openapi.json), or \
         `GET /_openapi.json` of a running service, which also shows it as a page under `/_docs` (with Swagger UI, \
         Apache-2.0, which is part of the program).\n\n## Endpoints\n\nEndpoints in *italics* are extensions that \
         Elasticsearch does not have. Where `GET` works, `HEAD` does too; `OPTIONS` lists the methods of a path in \
         `Allow`, and so does the `405` for any other method. Request bodies may be compressed with `gzip`, `deflate` \
         or `zstd`; responses are compressed according to `Accept-Encoding`.\n\n{endpoints}\n## Privileges\n\nEach \
         endpoint states the cluster privilege that a caller needs, under Elasticsearch's name for it; [who may call \
         what](../access.md) shows the effect. Without security, every caller has all privileges.\n\n{privileges}\n\
         ## Parameters of every endpoint\n\n{}",
        common.text()
    )
}

/// A table of the privileges, each with the number of endpoints that need it.
fn privileges() -> String {
    let mut table = Table::new(&["privilege", "permits", "includes", "endpoints"]);
    for privilege in Privilege::EACH {
        let endpoints = endpoints().filter(|endpoint| endpoint.access == Access::Needs(*privilege)).count();
        let included = privilege.included().iter().filter(|one| *one != privilege);
        let included: Vec<String> = included.map(|one| code(one.name())).collect();
        let included =
            if *privilege == Privilege::All { "all of them".to_owned() } else { included.join(", ") };
        table.row(&[
            &code(privilege.name()),
            &prose(privilege.description()),
            &included,
            &endpoints.to_string(),
        ]);
    }
    let open = endpoints().filter(|endpoint| endpoint.access == Access::Everybody).count();
    let any = endpoints().filter(|endpoint| endpoint.access == Access::Authenticated).count();
    table.row(&["any", "What everybody with a key may know.", "", &any.to_string()]);
    table.row(&["none", "What everybody may know.", "", &open.to_string()]);
    table.text()
}

fn section(endpoint: &Endpoint, document: &Value) -> String {
    let mut text = format!("## `{}`\n\n{}\n", title(endpoint), endpoint.summary);
    if endpoint.extension {
        text.push_str("\n*An extension: Elasticsearch has no such call.*\n");
    }
    if let Some(privilege) = endpoint.access.privilege() {
        let _ = write!(text, "\nNeeds the cluster privilege `{}`.\n", privilege.name());
    }
    let mut parameters = parameter_table();
    for parameter in endpoint.own_parameters() {
        parameter_row(&mut parameters, parameter);
    }
    let parameters = parameters.text();
    if !parameters.is_empty() {
        let _ = write!(text, "\n### Parameters\n\n{parameters}");
    }
    let mut headers = Table::new(&["header", "takes", "meaning"]);
    for header in endpoint.headers {
        let takes = format!("text of 1 to {} characters", header.maximum_length);
        headers.row(&[&code(header.name), &takes, &prose(header.description)]);
    }
    let headers = headers.text();
    if !headers.is_empty() {
        let _ = write!(text, "\n### Request headers\n\n{headers}");
    }
    let operation = &document["paths"][endpoint.path][endpoint.method.as_str().to_lowercase()];
    if let Some(content) = endpoint.body.content() {
        let needed = if endpoint.body.is_required() { "" } else { ", which may be left out" };
        let media = &operation["requestBody"]["content"]["application/json"];
        let fields = shapes::fields(document, &media["schema"]);
        let example = content.example.map(|example| format!("\nFor example:\n\n{}", block("json", example)));
        let _ = write!(text, "\n### Body{needed}\n\n{fields}{}", example.unwrap_or_default());
    }
    text.push_str("\n### Answers\n");
    for answer in endpoint.answers {
        let example = answer.content.example.map(|example| format!("\n{}", block("json", example)));
        let _ = writeln!(text, "\n`{}`: {}", answer.status, answer.description);
        text.push_str(&example.unwrap_or_default());
    }
    for header in endpoint.answer_headers {
        let _ = writeln!(text, "\nHeader {}: {}", code(header.name), header.description);
    }
    let mut errors = Table::new(&["status", "type", "when"]);
    for row in endpoint.possible_errors() {
        errors.row(&[&row.status.to_string(), &code(row.error_type), row.description]);
    }
    let _ = write!(text, "\n### Errors\n\n{}", errors.text());
    text
}

fn parameter_table() -> Table {
    Table::new(&["parameter", "takes", "default", "meaning"])
}

fn parameter_row(table: &mut Table, parameter: &Parameter) {
    let default = parameter.default.map(code).unwrap_or_default();
    let takes = takes(parameter.kind);
    table.row(&[&code(parameter.name), &takes, &default, &prose(parameter.description)]);
}

const DURATION: &str =
    "whole number with a unit, `nanos`, `micros`, `ms`, `s`, `m`, `h` or `d`, such as `30s`";

fn takes(kind: ParameterKind) -> String {
    let words = |words: &[&str]| words.iter().map(|word| code(word)).collect::<Vec<_>>().join(", ");
    match kind {
        ParameterKind::Integer => "whole number from 0".to_owned(),
        ParameterKind::PositiveInteger => "whole number from 1".to_owned(),
        ParameterKind::Boolean => "`true` or `false`; the name alone is `true`".to_owned(),
        ParameterKind::FilledBoolean => "`true` or `false`".to_owned(),
        ParameterKind::Duration => DURATION.to_owned(),
        ParameterKind::Timeout => format!("{DURATION}; `-1` for as long as is allowed"),
        ParameterKind::Text => "text, not empty".to_owned(),
        ParameterKind::TextList => "texts, separated by commas".to_owned(),
        ParameterKind::Date => "date, or date maths such as `now-1d/d` or `2026-01-01||+1M`".to_owned(),
        ParameterKind::ExactTextList => {
            "texts, separated by commas, none empty; `\\,` and `\\\\` for a comma and a backslash in a text"
                .to_owned()
        }
        ParameterKind::Keyword(list) => format!("one of {}, in upper or lower case", words(list)),
        ParameterKind::KeywordList(list) => {
            format!("any of {}, separated by commas, in upper or lower case", words(list))
        }
        ParameterKind::FreeText => "text".to_owned(),
    }
}
