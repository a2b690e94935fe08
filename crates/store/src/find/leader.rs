//! Which part of a question leads a search: its entries are walked, and everything else is checked.

use std::cmp::Reverse;

use domain::SearchText;

use super::{Directory, Order, chunk::Chunk, question::Question, source::Source};
use crate::{Cursor, StoreError, cursor::Leader, index, keys::Filter, teams::Teams};

/// How many entries are asked for of each part to see which one ends first.
const PROBE: usize = 100;

/// What leads, and where it looks; nothing where everybody is walked. With it comes its first chunk, where it was read
/// to find out.
#[derive(Debug)]
pub(super) struct Led {
    pub leader: Option<Leader>,
    pub source: Source,
    pub first: Option<Chunk>,
    /// The teams that were read to know where to look.
    pub teams: Teams,
}

impl Led {
    fn by_nobody(question: &Question) -> Self {
        Self { leader: None, source: Source::everybody(question), first: None, teams: Teams::new() }
    }
}

/// What can lead. A text leads only where the order does not matter: its entries are in no order of name.
fn able(question: &Question, order: Order) -> Vec<Leader> {
    let text = question.text.as_ref().filter(|_| order == Order::Cheapest);
    let words = text.into_iter().flat_map(SearchText::leaders).map(Leader::Word);
    let filters = [
        question.team.map(|_| Leader::Team),
        question.skill.as_ref().map(|_| Leader::Skill),
        question.role.filter(|&role| index::has_list(role)).map(|_| Leader::Role),
    ];
    words.chain(filters.into_iter().flatten()).collect()
}

impl Directory {
    /// What led so far, the only one that can, or that whose entries end first.
    pub(super) async fn led(
        &self,
        question: &Question,
        order: Order,
        cursor: Option<&Cursor>,
    ) -> Result<Led, StoreError> {
        match (cursor, able(question, order)) {
            (Some(Cursor { leader: Some(leader), .. }), able) if !able.contains(leader) => Err(StoreError::Cursor),
            (Some(cursor), _) => self.without_probe(question, cursor.leader).await,
            (None, able) if able.len() < 2 => self.without_probe(question, able.first().copied()).await,
            (None, able) => self.probed(question, able).await,
        }
    }

    /// A skill that can lead no more hands over to everybody: the order is the same.
    async fn without_probe(&self, question: &Question, leader: Option<Leader>) -> Result<Led, StoreError> {
        let led = match leader {
            Some(leader) => self.led_by(question, leader).await?,
            None => None,
        };
        Ok(led.unwrap_or_else(|| Led::by_nobody(question)))
    }

    async fn probed(&self, question: &Question, able: Vec<Leader>) -> Result<Led, StoreError> {
        let mut probes = Vec::new();
        for leader in able {
            let Some(led) = self.led_by(question, leader).await? else { continue };
            let first = self.chunk(&led.source, None, PROBE).await?;
            let (ended, led) = (!first.more, Led { first: Some(first), ..led });
            if ended {
                return Ok(led);
            }
            probes.push(led);
        }
        let best = probes.into_iter().min_by_key(|led| preference(question, led));
        Ok(best.unwrap_or_else(|| Led::by_nobody(question)))
    }

    /// Where this leader looks; none for a skill that too many teams have.
    async fn led_by(&self, question: &Question, leader: Leader) -> Result<Option<Led>, StoreError> {
        let (source, teams) = match (leader, &question.text, question.team, &question.skill, question.role) {
            (Leader::Word(word), Some(text), ..) => match text.terms().get(word) {
                Some(word) => (Source::word(question, word), Teams::new()),
                None => return Ok(None),
            },
            (Leader::Team, _, Some(team), ..) => (Source::any_of(question, &[Filter::Team(team)]), Teams::new()),
            (Leader::Role, .., Some(role)) => (Source::any_of(question, &[Filter::Role(role)]), Teams::new()),
            (Leader::Skill, _, _, Some(skill), _) => {
                let Some(teams) = self.teams_with(skill, question).await? else { return Ok(None) };
                let inherited = teams.keys().copied().map(Filter::Team);
                let filters = inherited.chain([Filter::Skill(skill)]).collect::<Vec<_>>();
                (Source::any_of(question, &filters), teams)
            }
            _ => return Ok(None),
        };
        Ok(Some(Led { leader: Some(leader), source, first: None, teams }))
    }
}

/// The least is the best of those that all go on. A filter before a word: on a filter's entries the text is checked
/// without reading a profile, but not the filters on a word's. Of filters that which has come farthest in the order of
/// names, since its entries are the sparsest; of words the longest.
fn preference(question: &Question, led: &Led) -> (bool, Reverse<String>, Reverse<usize>) {
    let last = led.first.as_ref().and_then(|first| first.candidates.last());
    let reach = last.map(|last| last.sk.clone()).unwrap_or_default();
    match (led.leader, &question.text) {
        (Some(Leader::Word(word)), Some(text)) => {
            let length = text.terms().get(word).map_or(0, |word| word.chars().count());
            (true, Reverse(String::new()), Reverse(length))
        }
        _ => (false, Reverse(reach), Reverse(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Role;

    fn asked(text: Option<&str>, role: Option<Role>) -> Question {
        Question { text: text.map(|text| SearchText::parse(text).unwrap()), role, ..Question::default() }
    }

    #[test]
    fn rule_8_in_order_of_name_no_word_leads_but_a_filter_does() {
        let question = asked(Some("ada"), Some(Role::Supervisor));
        assert_eq!(able(&question, Order::Cheapest), [Leader::Word(0), Leader::Role]);
        assert_eq!(able(&question, Order::ByName), [Leader::Role]);
    }

    #[test]
    fn agents_are_found_among_everybody() {
        assert_eq!(able(&asked(None, Some(Role::Agent)), Order::Cheapest), []);
        assert_eq!(able(&asked(Some("ada"), Some(Role::Agent)), Order::Cheapest), [Leader::Word(0)]);
    }
}
