//! Identifiers that the directory itself gives out.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

use crate::Refusal;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $refusal:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Randomness is an argument: the caller generates the UUID.
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Refusal;

            /// A text that is not a UUID is rejected as *unknown* rather than as malformed: nothing has such an id.
            fn from_str(text: &str) -> Result<Self, Refusal> {
                Uuid::try_parse(text).map(Self).map_err(|_| Refusal::$refusal(text.into()))
            }
        }
    };
}

id!(
    /// The id of a user: a random UUID that outlives workers, names and e-mails.
    UserId,
    UnknownUser
);
id!(
    /// One team.
    TeamId,
    UnknownTeam
);
id!(
    /// One skill preset.
    PresetId,
    UnknownPreset
);
