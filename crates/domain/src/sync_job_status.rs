//! The words of a sync job: its status with the state machine, its type, what triggered it.

use crate::enumeration::enumeration;

enumeration! {
    /// Where a sync job is in its life.
    SyncJobStatus {
        /// A worker was asked to stop and has not confirmed it yet.
        Canceling,
        /// Stopped on request; final.
        Canceled,
        /// Ended well; final.
        Completed,
        /// Ended with a failure; final.
        Error,
        /// A worker has it.
        InProgress,
        /// Waiting for a worker.
        Pending,
        /// Put down by its worker, to be taken up again.
        Suspended,
    }
}

enumeration! {
    /// What a sync job reads from its source.
    SyncJobType {
        /// Everything.
        Full,
        /// What changed since the last run.
        Incremental,
        /// Who may see what.
        AccessControl,
    }
}

enumeration! {
    /// Why a sync job was made.
    TriggerMethod {
        /// Somebody asked for it.
        OnDemand,
        /// Its time had come.
        Scheduled,
    }
}

impl SyncJobStatus {
    /// The statuses that a job in this one may go to; none for a final one.
    pub fn successors(self) -> &'static [Self] {
        match self {
            Self::Pending | Self::Suspended => &[Self::InProgress, Self::Canceled],
            Self::InProgress => &[Self::Canceling, Self::Completed, Self::Suspended, Self::Error],
            Self::Canceling => &[Self::Canceled, Self::Error],
            Self::Completed | Self::Canceled | Self::Error => &[],
        }
    }

    /// Whether a job in this status has ended.
    pub fn is_final(self) -> bool {
        self.successors().is_empty()
    }

    /// Whether a job in this status may go to `next`.
    pub fn may_become(self, next: Self) -> bool {
        self.successors().contains(&next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Enumeration;

    #[test]
    fn words_are_read_without_regard_to_case() {
        assert_eq!("In_Progress".parse(), Ok(SyncJobStatus::InProgress));
        assert_eq!(SyncJobType::AccessControl.to_string(), "access_control");
        assert_eq!(TriggerMethod::words(), "on_demand, scheduled");
        assert!("in progress".parse::<SyncJobStatus>().is_err());
    }

    #[test]
    fn exactly_the_documented_steps_are_allowed() {
        let allowed = [
            "pending>in_progress",
            "pending>canceled",
            "in_progress>canceling",
            "in_progress>completed",
            "in_progress>suspended",
            "in_progress>error",
            "suspended>in_progress",
            "suspended>canceled",
            "canceling>canceled",
            "canceling>error",
        ];
        for from in SyncJobStatus::ALL {
            for to in SyncJobStatus::ALL {
                let step = format!("{from}>{to}");
                assert_eq!(from.may_become(*to), allowed.contains(&step.as_str()), "{step}");
            }
        }
    }
}
