//! The money of `docs/cost.md` follows from the page's own tables, and its units are those that were measured.

use std::{collections::BTreeMap, env, fmt::Write, fs};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const SIZES: [f64; 3] = [100.0, 1_000.0, 15_000.0];
const MONEY: &str = "| part | 100 people | 1,000 people | 15,000 people |\n|---|---|---|---|\n";
const END: &str = "\n<!-- cost:end -->";

/// What happens for each person in a month, and what each time costs.
#[derive(Default)]
struct Use {
    reads: f64,
    writes: f64,
    requests: f64,
    calls: f64,
}

fn read(path: &str) -> String {
    fs::read_to_string(format!("{ROOT}/docs/{path}")).unwrap()
}

/// The cells of each row of the table that begins with this heading.
fn rows<'p>(page: &'p str, heading: &str) -> Vec<Vec<&'p str>> {
    let start = page.find(heading).unwrap_or_else(|| panic!("no table that begins with {heading:?}"));
    let lines = page[start..].lines().skip(2).take_while(|line| line.starts_with('|'));
    lines.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap_or_else(|_| panic!("{cell:?} is not a number"))
}

/// The second column by the first.
fn named<'p>(page: &'p str, heading: &str) -> BTreeMap<&'p str, f64> {
    rows(page, heading).into_iter().map(|row| (row[0], number(row[1]))).collect()
}

fn use_of_a_person(page: &str) -> Use {
    let mut total = Use::default();
    for row in rows(page, "| what happens |") {
        let [times, reads, writes, requests, calls] = [1, 2, 3, 4, 5].map(|column| number(row[column]));
        total.reads += times * reads;
        total.writes += times * writes;
        total.requests += times * requests;
        total.calls += times * calls;
    }
    total
}

/// Each part of the bill for this many people.
fn bill(page: &str, people: f64) -> Vec<(&'static str, f64)> {
    let prices = named(page, "| name | price |");
    let figures = named(page, "| figure | value |");
    let of_a_person = use_of_a_person(page);
    let price = |name: &str| prices[name];
    let millions = |amount: f64| amount * people / 1e6;
    let calls = millions(of_a_person.calls) + figures["scheduled calls a month"] / 1e6;
    let reconciling = figures["reconciliations a month"]
        * (figures["seconds of a reconciliation"] + people / figures["workers in one second more"])
        * figures["GB of a reconciliation"]
        / 1e6;
    let gigabytes = people * figures["KB of a person in the table"] / 1e6;
    vec![
        ("HTTP API", millions(of_a_person.requests) * price("HTTP API")),
        ("Lambda requests", calls * price("Lambda requests")),
        (
            "Lambda time",
            (calls * figures["seconds of a call"] * figures["GB of a call"] + reconciling) * price("Lambda time"),
        ),
        ("DynamoDB reads", millions(of_a_person.reads) * price("DynamoDB reads")),
        ("DynamoDB writes", millions(of_a_person.writes) * price("DynamoDB writes")),
        ("DynamoDB storage and backup", gigabytes * (price("DynamoDB storage") + price("DynamoDB backup"))),
        ("Logs", calls * figures["KB of logs of a call"] * price("Logs")),
        ("Traces", calls / figures["calls of one trace"] * price("Traces")),
    ]
}

fn money(page: &str) -> String {
    let bills = SIZES.map(|people| bill(page, people));
    let mut table = String::from(MONEY);
    for (row, (part, _)) in bills[0].iter().enumerate() {
        let [small, medium, large] = [0, 1, 2].map(|size| bills[size][row].1);
        writeln!(table, "| {part} | {small:.2} | {medium:.2} | {large:.2} |").unwrap();
    }
    let [small, medium, large] = [0, 1, 2].map(|size: usize| bills[size].iter().map(|(_, cost)| cost).sum::<f64>());
    writeln!(table, "| **together** | **{small:.2}** | **{medium:.2}** | **{large:.2}** |").unwrap();
    table
}

#[test]
fn the_money_follows_from_prices_frequencies_and_units() {
    let page = read("cost.md");
    let (start, end) = (page.find(MONEY).unwrap(), page.find(END).unwrap());
    let expected = money(&page);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(format!("{ROOT}/docs/cost.md"), format!("{}{expected}{}", &page[..start], &page[end..])).unwrap();
    } else {
        assert_eq!(
            page[start..end],
            expected,
            "UPDATE_DOCS=1 cargo test -p tests --test contract cost computes it anew"
        );
    }
}

/// Units of one operation: what is measured, with those of the authorizer and the entries where the request causes them.
#[test]
fn no_unit_is_below_the_one_that_was_measured() {
    let (page, performance) = (read("cost.md"), read("performance.md"));
    let largest = |cell: &str| {
        let first = |text: &str| text.split_whitespace().next().map_or(0.0, number);
        cell.split(" / ").map(first).fold(0.0, f64::max)
    };
    let measured = rows(&performance, "| operation | calls |");
    let mut compared = 0;
    for row in rows(&page, "| what happens |") {
        let Some(operation) = measured.iter().find(|operation| operation[0] == row[0]) else { continue };
        assert!(number(row[2]) >= largest(operation[3]), "{}: {} read units were measured", row[0], operation[3]);
        assert!(number(row[3]) >= largest(operation[4]), "{}: {} write units were measured", row[0], operation[4]);
        compared += 1;
    }
    assert!(compared >= 8, "only {compared} operations of the page are measured ones");
}
