//! When the jobs of a connector run by themselves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connector, cron, fields};
use crate::{Refusal, json_object, schema};

/// The body of a change of the schedules.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorScheduling {
    /// The schedules that change; at least one.
    #[serde(deserialize_with = "json_object::one")]
    pub scheduling: Schedules,
}

/// The schedule of each type of job; what is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = schema::at_least_one)]
pub struct Schedules {
    /// When permissions are read.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub access_control: Option<Schedule>,
    /// When everything is read.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub full: Option<Schedule>,
    /// When changes are read.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub incremental: Option<Schedule>,
}

/// When jobs of one type run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Whether they run by themselves at all.
    pub enabled: bool,
    /// A cron expression in the manner of Quartz, seconds first; checked also where it is not enabled.
    #[schemars(length(min = 1))]
    pub interval: String,
}

impl Schedules {
    /// Refuses a change of nothing, and expressions that cannot be read, all of them at once.
    fn check(&self) -> Result<(), Refusal> {
        let schedules = [
            ("access_control", &self.access_control),
            ("full", &self.full),
            ("incremental", &self.incremental),
        ];
        if schedules.iter().all(|(_, schedule)| schedule.is_none()) {
            let reason = "[scheduling] needs one of [access_control], [full] and [incremental]";
            return Err(Refusal::validation(reason));
        }
        let problem = |(name, schedule): (&str, &Option<Schedule>)| {
            let problem = cron::check(&schedule.as_ref()?.interval).err()?;
            Some(format!("[scheduling.{name}.interval] {problem}"))
        };
        Refusal::if_any(schedules.into_iter().filter_map(problem).collect())
    }
}

impl Connector {
    /// The connector with some schedules changed; the others stay.
    pub fn set_scheduling(mut self, schedules: &Schedules) -> Result<Self, Refusal> {
        schedules.check()?;
        self.document.merge_field(fields::SCHEDULING, schedules);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check, refused};

    fn change(connector: Connector, body: &ConnectorScheduling) -> Result<Connector, Refusal> {
        connector.set_scheduling(&body.scheduling)
    }

    #[test]
    fn only_the_schedules_that_are_sent_change() {
        check(
            &[
                Case {
                    stored: r#"{"scheduling":{"full":{"enabled":false,"x":1.10,"interval":"0 0 0 * * ?"},"y":{}}}"#,
                    body: r#"{"scheduling":{"full":{"enabled":true,"interval":"0 0 1 * * ?"}}}"#,
                    becomes: r#"{"scheduling":{"full":{"enabled":true,"x":1.10,"interval":"0 0 1 * * ?"},"y":{}}}"#,
                },
                Case {
                    stored: "{}",
                    body: r#"{"scheduling":{"incremental":{"enabled":true,"interval":"0 0/5 * * * ?"},"access_control":{"enabled":false,"interval":"0 0 0 ? * SUN"}}}"#,
                    becomes: r#"{"scheduling":{"access_control":{"enabled":false,"interval":"0 0 0 ? * SUN"},"incremental":{"enabled":true,"interval":"0 0/5 * * * ?"}}}"#,
                },
            ],
            change,
        );
    }

    #[test]
    fn nothing_and_what_is_no_schedule_are_refused() {
        refused(
            "{}",
            &[
                (r#"{"scheduling":{}}"#, "needs one of [access_control], [full] and [incremental]"),
                (
                    r#"{"scheduling":{"full":{"enabled":false,"interval":"daily"},"incremental":{"enabled":true,"interval":"0 60 * * * ?"}}}"#,
                    "2: [scheduling.incremental.interval] invalid cron expression [0 60 * * * ?]",
                ),
            ],
            change,
        );
    }
}
