//! The cost of the same queries without search entries: a Scan with `contains`.

use aws_sdk_dynamodb::types::AttributeValue;
use store::schema::keys::BY_STATUS;

use super::CapacityBench;
use crate::{Fallible, numbers::count};

impl CapacityBench<'_> {
    /// Scans the index of profiles: a Scan of the table would read all search entries as well. The folded name is in
    /// the index's sort key.
    pub(super) async fn scans(&self) -> Fallible<()> {
        for (what, word, enough) in [
            ("Scan with contains, 25 users of one word", "lovelace", 25),
            ("Scan with contains, a word that no user has", "qqqqq", usize::MAX),
        ] {
            let (found, cost) = self.cost_of(self.scan(word, enough)).await?;
            self.report.cost(what, &cost);
            self.report.figure(format!("{what}: users found"), count(found), "users");
        }
        Ok(())
    }

    async fn scan(&self, word: &str, enough: usize) -> Fallible<usize> {
        let (mut found, mut start) = (0, None);
        loop {
            let scan = self.directory.client().scan().table_name(self.directory.name()).index_name(BY_STATUS);
            let scan = scan
                .filter_expression("#status = :active AND (contains(by_status_sk, :word) OR contains(email, :word))")
                .expression_attribute_names("#status", "status")
                .expression_attribute_values(":active", AttributeValue::S("active".to_owned()))
                .expression_attribute_values(":word", AttributeValue::S(word.to_owned()))
                .set_exclusive_start_key(start);
            let answer = scan.send().await?;
            found += answer.items().len();
            start = answer.last_evaluated_key;
            if start.is_none() || found >= enough {
                return Ok(found);
            }
        }
    }
}
