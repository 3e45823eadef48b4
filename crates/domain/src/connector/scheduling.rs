//! The schedules of a connector's jobs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connector, cron, fields};
use crate::{Kept, Lenient, Refusal, Warned, schema};

/// The body that changes the schedules.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorScheduling {
    /// The schedules to change; at least one.
    pub scheduling: Kept<Schedules>,
}

/// The schedule of each job type; absent ones are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(transform = schema::at_least_one)]
pub struct Schedules {
    /// The schedule of access control syncs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_control: Option<Kept<Schedule>>,
    /// The schedule of full syncs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<Kept<Schedule>>,
    /// The schedule of incremental syncs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental: Option<Kept<Schedule>>,
}

/// The schedule of one job type.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Schedule {
    /// Whether the schedule is enabled.
    pub enabled: Lenient<bool>,
    /// A Quartz cron expression, seconds first; validated even if the schedule is disabled.
    #[schemars(length(min = 1))]
    pub interval: String,
}

impl Schedules {
    fn by_name(&self) -> [(&'static str, &Option<Kept<Schedule>>); 3] {
        [("access_control", &self.access_control), ("full", &self.full), ("incremental", &self.incremental)]
    }

    /// Rejects an empty change, and reports all invalid expressions together.
    fn check(&self) -> Result<(), Refusal> {
        let schedules = self.by_name();
        if schedules.iter().all(|(_, schedule)| schedule.is_none()) {
            let reason = "[scheduling] needs one of [access_control], [full] and [incremental]";
            return Err(Refusal::validation(reason));
        }
        let problem = |(name, schedule): (&str, &Option<Kept<Schedule>>)| {
            let problem = cron::check(&schedule.as_ref()?.interval).err()?;
            Some(format!("[scheduling.{name}.interval] {problem}"))
        };
        Refusal::if_any(schedules.into_iter().filter_map(problem).collect())
    }
}

impl Connector {
    /// Changes some schedules; the others are kept.
    pub fn set_scheduling(mut self, schedules: &Kept<Schedules>) -> Result<Warned<Self>, Refusal> {
        schedules.check()?;
        self.document.merge_field(fields::SCHEDULING, schedules);
        let inside = schedules.by_name().into_iter().filter_map(|(name, schedule)| {
            Some(schedule.as_ref()?.unknown_fields(&format!("scheduling.{name}")))
        });
        Ok(Warned::new(self, schedules.unknown_fields("scheduling").into_iter().chain(inside.flatten())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check, refused, warned};

    fn change(connector: Connector, body: &ConnectorScheduling) -> Result<Warned<Connector>, Refusal> {
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
                    becomes: r#"{"scheduling":{"incremental":{"enabled":true,"interval":"0 0/5 * * * ?"},"access_control":{"enabled":false,"interval":"0 0 0 ? * SUN"}}}"#,
                },
            ],
            change,
        );
    }

    #[test]
    fn what_is_not_known_of_a_schedule_is_kept_and_warned_of() {
        let body = r#"{"scheduling":{"full":{"enabled":"true","zone":"UTC","interval":"0 0 1 * * ?"},"daily":{"x":1.10}}}"#;
        let becomes = r#"{"scheduling":{"full":{"enabled":true,"zone":"UTC","interval":"0 0 1 * * ?"},"daily":{"x":1.10}}}"#;
        check(&[Case { stored: "{}", body, becomes }], change);
        let warnings = [
            "[scheduling.daily] is not known and only kept -> did you mean [full]?",
            "[scheduling.full.zone] is not known and only kept -> did you mean [enabled]?",
        ];
        warned("{}", &[(body, &warnings)], change);
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
