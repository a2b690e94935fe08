//! The fragment of a callback's URL that overrides how Twilio connects:
//! <https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>. Timeouts and edges are not simulated.

/// Which failures are tried again, and how many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Retries {
    count: u32,
    policy: Vec<String>,
}

/// How a try failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No connection.
    Connect,
    /// A connection, but no response.
    Read,
    Status(u16),
}

impl Retries {
    /// As the URL asks for, else Twilio's defaults: once, if there was no connection.
    pub(crate) fn of(url: &str) -> Self {
        let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
        let value = |name: &str| fragment.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let count = value("rc").and_then(|count| count.parse().ok()).filter(|count| *count <= 5);
        let policy = value("rp").unwrap_or("ct").split(',').map(str::to_owned).collect();
        Self { count: count.unwrap_or(1), policy }
    }

    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    pub(crate) fn after(&self, failure: Failure) -> bool {
        let class = match failure {
            Failure::Connect => "ct",
            Failure::Read => "rt",
            Failure::Status(400..=499) => "4xx",
            Failure::Status(500..=599) => "5xx",
            Failure::Status(_) => return false,
        };
        self.policy.iter().any(|listed| listed == class || listed == "all")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(url: &str) -> Vec<bool> {
        let failures =
            [Failure::Connect, Failure::Read, Failure::Status(404), Failure::Status(503), Failure::Status(204)];
        failures.map(|failure| Retries::of(url).after(failure)).into()
    }

    #[test]
    fn the_fragment_says_what_is_tried_again_and_how_often() {
        assert_eq!(after("https://a.example/b"), [true, false, false, false, false]);
        assert_eq!(after("https://a.example/b#rc=3&rp=ct,rt,5xx"), [true, true, false, true, false]);
        assert_eq!(after("https://a.example/b?rp=4xx#rp=all&e=dublin"), [true, true, true, true, false]);
        let counts = ["a", "a#rc=3&rp=5xx", "a#rc=0", "a#rc=9"].map(|url| Retries::of(url).count());
        assert_eq!(counts, [1, 3, 0, 1]);
    }
}
