//! Points in time as the directory keeps and shows them (rule 35).

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, ops::Deref};

use crate::Refusal;

/// A point in time, in whole milliseconds. As text it is RFC 3339, in UTC, with three decimal places, so that the order of
/// texts is the order of times (rule 35). It is read with any number of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

impl Time {
    /// The point in time that a text states as RFC 3339 does, with any offset.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        text.parse().map(Timestamp::into).map_err(|_| Refusal::InvalidTime(text.into()))
    }
}

impl From<Timestamp> for Time {
    /// What is finer than a millisecond is cut off.
    fn from(timestamp: Timestamp) -> Self {
        let milliseconds = timestamp.as_nanosecond().div_euclid(1_000_000);
        let whole = i64::try_from(milliseconds).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
        Self(whole.unwrap_or(timestamp))
    }
}

impl Deref for Time {
    type Target = Timestamp;

    fn deref(&self) -> &Timestamp {
        &self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Timestamp::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 0001-01-01 and 9999-12-30, in nanoseconds since 1970.
    const YEARS: std::ops::Range<i128> = -62_135_596_800_000_000_000..253_402_128_000_000_000_000;

    fn time(nanoseconds: i128) -> Time {
        Timestamp::from_nanosecond(nanoseconds).unwrap().into()
    }

    #[test]
    fn rule_35_a_time_has_three_decimal_places() {
        for (text, shown) in [
            ("2026-11-22T10:05:00Z", "2026-11-22T10:05:00.000Z"),
            ("2026-11-22T10:05:00.1Z", "2026-11-22T10:05:00.100Z"),
            ("2026-11-22T10:05:00.1239999Z", "2026-11-22T10:05:00.123Z"),
            ("2026-11-22T12:05:00.120+02:00", "2026-11-22T10:05:00.120Z"),
        ] {
            let time: Time = serde_json::from_value(serde_json::json!(text)).unwrap();
            assert_eq!((time.to_string(), serde_json::json!(time)), (shown.to_owned(), serde_json::json!(shown)));
        }
    }

    #[test]
    fn rule_35_what_is_finer_than_a_millisecond_is_cut_off_also_before_1970() {
        for (nanoseconds, milliseconds) in [(1_999_999, 1), (2_000_000, 2), (-1, -1)] {
            assert_eq!(*time(nanoseconds), Timestamp::from_millisecond(milliseconds).unwrap());
        }
    }

    proptest! {
        #[test]
        fn rule_35_the_order_of_texts_is_the_order_of_times(a in YEARS, apart in 0..5_000_000_000_i128, b in YEARS) {
            for (a, b) in [(a, b), (a, (a + apart).min(YEARS.end - 1))] {
                let (a, b) = (time(a), time(b));
                prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
                prop_assert_eq!(Time::from(a.to_string().parse::<Timestamp>().unwrap()), a);
            }
        }
    }
}
