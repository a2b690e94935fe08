//! Searching and listing.

use domain::{SkillName, search::UserQuery};
use serde_json::Value;
use store::{Cursor, query_fingerprint, schema::keys};

use super::CapacityBench;
use crate::{
    Fallible,
    cost::Cost,
    fixture::directory_at,
    numbers::count,
    report::Report,
    requests::{ApiRequest, body_of},
};

/// Given and family names, parts of names, a part of some e-mail addresses, and two of all of them. Each fills a page
/// of 25 with 1,000 users.
const WORDS: [&str; 7] = ["ada", "lovelace", "o'neill", "ler", "mar", "example", ".com"];

/// The most that a page of 25 may cost, for one word and in the list. With the round of `authorize` that are three and two.
const MOST_OF_A_SEARCH: (f64, usize) = (16.0, 2);
const MOST_OF_A_LIST: (f64, usize) = (10.0, 1);

/// The most read units of a page of a role and a team.
const MOST_OF_TWO_FILTERS: f64 = 30.0;

/// Parts of each e-mail address, so that the entries of none of them end within a probe.
const MANY_WORDS: &str = "example xample ample mple ple.com le.com e.com .com";

/// A page for them: four words are probed, then users and teams are read, however many words there are.
const MOST_CALLS_OF_MANY_WORDS: usize = 6;

type QueryString = Vec<(&'static str, String)>;

/// A page of 25 that is to cost the same in a directory of any size.
#[derive(Debug)]
pub struct ComparedPage {
    /// A word that is searched, or what else the page is of.
    pub(super) query: &'static str,
    pub(super) cost: Cost,
    /// The number of teams of its users.
    teams: usize,
}

impl CapacityBench<'_> {
    pub(super) async fn search(&self) -> Fallible<Vec<ComparedPage>> {
        let mut pages = Vec::new();
        for word in WORDS {
            pages.push(self.one_word(word).await?);
        }
        self.print_worst(&pages);
        self.many_words().await?;
        for (what, query) in self.other_queries()? {
            let is_unfiltered = query.iter().all(|(name, _)| *name == "cursor");
            let (page, cost) = self.cost_of(self.page(query)).await?;
            self.report.cost(what, &cost);
            self.report.figure(format!("{what}: users on the page"), count(users(&page)), "users");
            if what == "list, with role and team" {
                let is_cheap = cost.read_units <= MOST_OF_TWO_FILTERS;
                self.report.limit(is_cheap, format!("{what}: {} read units", cost.read_units));
            }
            if what.starts_with("list, ") && is_unfiltered {
                self.at_most(what, &cost, MOST_OF_A_LIST);
            }
        }
        Ok(pages)
    }

    async fn one_word(&self, word: &'static str) -> Fallible<ComparedPage> {
        let page = self.compared_page(word, vec![("q", word.to_owned())]).await?;
        let cost = &page.cost;
        self.at_most(word, cost, MOST_OF_A_SEARCH);
        Ok(page)
    }

    fn at_most(&self, what: &str, cost: &Cost, (units, rounds): (f64, usize)) {
        let holds = cost.read_units <= units && cost.rounds <= rounds;
        self.report.limit(holds, format!("{} read units in {} rounds for {what:?}", cost.read_units, cost.rounds));
    }

    async fn many_words(&self) -> Fallible<()> {
        let page = self.compared_page(MANY_WORDS, vec![("q", MANY_WORDS.to_owned())]).await?;
        let (what, cost) = ("search eight words that every user has", &page.cost);
        self.report.cost(what, cost);
        self.report.limit(cost.calls <= MOST_CALLS_OF_MANY_WORDS, format!("{what}: {} calls", cost.calls));
        Ok(())
    }

    pub(super) async fn compared_page(&self, query: &'static str, parameters: QueryString) -> Fallible<ComparedPage> {
        let (page, cost) = self.cost_of(self.page(parameters)).await?;
        if users(&page) != 25 {
            return Err(format!("{query:?} must fill a page and finds {} users", users(&page)).into());
        }
        Ok(ComparedPage { query, cost, teams: teams(&page) })
    }

    fn print_worst(&self, pages: &[ComparedPage]) {
        let most = |of: fn(&Cost) -> f64| pages.iter().map(|page| of(&page.cost)).fold(0.0, f64::max);
        let what = format!("search one word, most of {} words", WORDS.len());
        self.report.figure(format!("{what}: calls"), most(|cost| count(cost.calls)), "calls");
        self.report.figure(format!("{what}: rounds of calls"), most(|cost| count(cost.rounds)), "rounds");
        self.report.figure(format!("{what}: read units"), most(|cost| cost.read_units), "read units");
        let teams = pages.iter().map(|page| page.teams).max().unwrap_or_default();
        self.report.figure(format!("{what}: teams on the page"), count(teams), "teams");
    }

    /// Further queries, with the names under which they are printed.
    fn other_queries(&self) -> Fallible<Vec<(&'static str, QueryString)>> {
        let sample = &self.fixture.sample;
        let team = sample.teams.first().ok_or("no team")?.team_id.to_string();
        let skill = sample.skills.first().map(|skill| &skill.name).map(SkillName::to_string).ok_or("no skill")?;
        let by_name = sample.active_by_name();
        let deep = by_name.get(by_name.len() * 3 / 4).ok_or("no user is active")?;
        let deep = Cursor::new(&query_fingerprint(&UserQuery::default()), None, keys::by_name(deep)).encode();
        let text = |text: &str| ("q", text.to_owned());
        Ok(vec![
            ("search one word that no user has", vec![text("qqqqq")]),
            ("search one word, all statuses", vec![text("lovelace"), ("status", "all".to_owned())]),
            ("search a full name", vec![text("ada lovelace")]),
            ("search two words that every user has", vec![text("example com")]),
            ("search two words that no user has together", vec![text("lovelace zielinski")]),
            ("search one word, with role", vec![text("ada"), ("role", "supervisor".to_owned())]),
            ("search one word, with team", vec![text("example"), ("team", team.clone())]),
            ("search one word, with skill", vec![text("ada"), ("skill", skill.clone())]),
            (
                "search one word that every user has, with role",
                vec![text("example"), ("role", "supervisor".to_owned())],
            ),
            ("search one word that every user has, with skill", vec![text("example"), ("skill", skill.clone())]),
            ("list, first page", vec![]),
            ("list, a page after three quarters", vec![("cursor", deep)]),
            ("list, all statuses", vec![("status", "all".to_owned())]),
            ("list, with role", vec![("role", "supervisor".to_owned())]),
            ("list, with role agent", vec![("role", "agent".to_owned())]),
            ("list, with team", vec![("team", team.clone())]),
            ("list, with team, all statuses", vec![("team", team.clone()), ("status", "all".to_owned())]),
            ("list, with skill", vec![("skill", skill.clone())]),
            ("list, with skill and least level", vec![("skill", skill.clone()), ("min_level", "80".to_owned())]),
            ("list, with role and team", vec![("role", "supervisor".to_owned()), ("team", team.clone())]),
            ("list, with team and skill", vec![("team", team), ("skill", skill)]),
        ])
    }

    /// Of an instance that remembers no teams.
    async fn page(&self, query: QueryString) -> Fallible<Value> {
        let (directory, request) = (directory_at(self.meter.url()), ApiRequest::new("GET /users", vec![]).query(query));
        body_of(search::handle(&directory, request.by(self.caller)?).await)
    }
}

fn users(page: &Value) -> usize {
    page["items"].as_array().map_or(0, Vec::len)
}

fn teams(page: &Value) -> usize {
    let users = page["items"].as_array().into_iter().flatten();
    let teams = users.flat_map(|user| user["teams"].as_array().into_iter().flatten());
    teams.filter_map(|team| team["team_id"].as_str()).collect::<std::collections::BTreeSet<_>>().len()
}

/// Checks that each of the pages costs the same in a small directory as in a large one: calls, rounds, and units, apart from
/// the rounding of entries to 4 KB.
pub fn same_at_every_size(report: &Report, by_size: &[Vec<ComparedPage>]) {
    for sizes in by_size.windows(2) {
        for (small, large) in sizes[0].iter().zip(&sizes[1]) {
            let same = (small.cost.calls, small.cost.rounds) == (large.cost.calls, large.cost.rounds)
                && (small.cost.read_units - large.cost.read_units).abs() <= 0.5;
            report.limit(
                same,
                format!("{:?} costs {:?} in one directory and {:?} in another", small.query, small.cost, large.cost),
            );
        }
    }
}
