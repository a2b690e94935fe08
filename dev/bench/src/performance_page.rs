//! The section of `docs/performance.md` that `make bench` writes: tables of the figures that were printed.

use std::fmt::Write as _;

use crate::{
    Fallible,
    cost::Cost,
    numbers::{count, number},
};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance.md");
const BEGIN: &str = "<!-- bench:begin -->\n";
const END: &str = "<!-- bench:end -->";

#[derive(Debug, Default)]
pub struct PerformancePage {
    notes: Vec<String>,
    sections: Vec<Section>,
    current: usize,
}

#[derive(Debug, Default)]
struct Section {
    title: String,
    costs: Rows<Cost>,
    figures: Rows<(f64, String)>,
}

/// For each name the values of the sizes that were measured.
type Rows<T> = Vec<(String, Vec<T>)>;

fn add<T>(rows: &mut Rows<T>, name: &str, value: T) {
    match rows.iter_mut().find(|(other, _)| other == name) {
        Some((_, values)) => values.push(value),
        None => rows.push((name.to_owned(), vec![value])),
    }
}

impl PerformancePage {
    pub fn note(&mut self, text: String) {
        self.notes.push(text);
    }

    /// What follows belongs to the section of this title, which may have been begun for another size.
    pub fn section(&mut self, title: &str) {
        self.current = self.sections.iter().position(|section| section.title == title).unwrap_or(self.sections.len());
        if self.current == self.sections.len() {
            self.sections.push(Section { title: title.to_owned(), ..Section::default() });
        }
    }

    pub fn cost(&mut self, operation: &str, cost: Cost) {
        if let Some(section) = self.sections.get_mut(self.current) {
            add(&mut section.costs, operation, cost);
        }
    }

    pub fn figure(&mut self, name: &str, value: f64, unit: &str) {
        if let Some(section) = self.sections.get_mut(self.current) {
            add(&mut section.figures, name, (value, unit.to_owned()));
        }
    }

    /// Replaces the section in the file.
    pub fn write(&self) -> Fallible<()> {
        let page = replace_section(&std::fs::read_to_string(PATH)?, &self.render()?);
        Ok(std::fs::write(PATH, page.ok_or_else(|| format!("{PATH} has no {BEGIN:?} before {END:?}"))?)?)
    }

    fn render(&self) -> Fallible<String> {
        let mut text = String::new();
        for note in &self.notes {
            writeln!(text, "Note: {note}.\n")?;
        }
        for Section { title, costs, figures } in &self.sections {
            writeln!(text, "## {title}\n")?;
            if !costs.is_empty() {
                writeln!(text, "| operation | calls | rounds | read units | write units |\n|---|---|---|---|---|")?;
            }
            for (operation, costs) in costs {
                writeln!(text, "| {operation} | {} |", cells(costs).join(" | "))?;
            }
            if !costs.is_empty() {
                writeln!(text)?;
            }
            if !figures.is_empty() {
                writeln!(text, "| figure | |\n|---|---|")?;
            }
            for (name, values) in figures {
                let unit = values.first().map_or("", |(_, unit)| unit);
                writeln!(text, "| {name} | {} {unit} |", joined(values.iter().map(|(value, _)| *value)))?;
            }
            writeln!(text)?;
        }
        Ok(format!("{}\n", text.trim_end()))
    }
}

/// Calls, rounds, read units, write units. Rounds are left out if each call is a round of its own.
fn cells(costs: &[Cost]) -> [String; 4] {
    let all = |of: fn(&Cost) -> f64| costs.iter().map(of).collect::<Vec<_>>();
    let cell = |values: Vec<f64>, suffix: &str| {
        if values.iter().any(|value| *value > 0.0) { joined(values) + suffix } else { String::new() }
    };
    let (calls, rounds) = (all(|cost| count(cost.calls)), all(|cost| count(cost.rounds)));
    let refused = cell(all(|cost| count(cost.refused)), " refused, not charged");
    let second = cell(all(|cost| cost.second_index_units), " of them second units");
    let with = |value: String, remark: String| if remark.is_empty() { value } else { format!("{value} ({remark})") };
    let rounds = if rounds == calls { String::new() } else { joined(rounds) };
    let (read, write) = (all(|cost| cost.read_units), all(|cost| cost.write_units));
    [with(joined(calls), refused), rounds, cell(read, ""), with(cell(write, ""), second)]
}

/// One value if all are printed alike.
fn joined(values: impl IntoIterator<Item = f64>) -> String {
    let mut values = values.into_iter().map(number).collect::<Vec<_>>();
    if values.iter().all(|value| *value == values[0]) {
        values.truncate(1);
    }
    values.join(" / ")
}

fn replace_section(page: &str, section: &str) -> Option<String> {
    let (before, rest) = page.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}{section}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_several_sizes_share_a_row_and_equal_ones_are_written_once() {
        let mut page = PerformancePage::default();
        for read_units in [26.5, 28.0] {
            page.section("Capacity");
            page.cost("search", Cost { calls: 3, rounds: 3, read_units, ..Cost::default() });
            page.figure("rows", 25.0, "rows");
        }
        page.section("Functions");
        page.cost("edit", Cost { calls: 5, rounds: 3, write_units: 4.0, second_index_units: 1.0, ..Cost::default() });
        let header = "| operation | calls | rounds | read units | write units |\n|---|---|---|---|---|";
        let expected = format!(
            "## Capacity\n\n{header}\n| search | 3 |  | 26.5 / 28 |  |\n\n\
             | figure | |\n|---|---|\n| rows | 25 rows |\n\n\
             ## Functions\n\n{header}\n| edit | 5 | 3 |  | 4 (1 of them second units) |\n"
        );
        assert_eq!(page.render().unwrap(), expected);
    }

    #[test]
    fn the_page_has_the_section_and_only_it_is_replaced() {
        let page = std::fs::read_to_string(PATH).unwrap();
        let replaced = replace_section(&page, "figures\n").unwrap();
        assert!(replaced.contains("<!-- bench:begin -->\nfigures\n<!-- bench:end -->"));
        assert!(replaced.starts_with(page.split_once(BEGIN).unwrap().0));
        assert_eq!(replace_section("no markers", ""), None);
    }
}
