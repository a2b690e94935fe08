use super::*;
use crate::{Actor, Change, Role, SkillName, Source, Status, Team, UserId, effective::effective_skills, test_support};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn skills(of: &[(&str, Option<i64>)]) -> Skills {
    of.iter().map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level))).collect()
}

fn team(number: u128, name: &str, of: &[(&str, Option<i64>)]) -> (TeamId, Team) {
    let team_id = TeamId::new(Uuid::from_u128(number));
    (
        team_id,
        Team { skills: skills(of), ..Team::new(team_id, test_support::stored(name), jiff::Timestamp::UNIX_EPOCH) },
    )
}

fn person(number: u128, name: &str, email: Option<&str>) -> User {
    let user_id = UserId::new(Uuid::from_u128(number));
    test_support::agent(name).with(|user| {
        user.user_id = user_id;
        user.idp.email = email.map(test_support::stored);
    })
}

fn row(user: &User, teams: &Teams) -> Row {
    Row::new(user, teams, &effective_skills(user, teams.values()))
}

fn file(rows: &[Row]) -> String {
    let mut csv = begin(Vec::new(), false).unwrap();
    for row in rows {
        write_row(&mut csv, row, false).unwrap();
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}

/// The cell of this column, as it is written.
fn cell(row: &Row, column: &str) -> String {
    let text = file(std::slice::from_ref(row));
    let mut csv = csv::Reader::from_reader(text.strip_prefix(BOM).unwrap().as_bytes());
    let at = csv.headers().unwrap().iter().position(|name| name == column).unwrap();
    csv.records().next().unwrap().unwrap()[at].to_owned()
}

fn name_cell(name: &str) -> String {
    cell(&row(&person(1, name, None), &Teams::new()), "name")
}

#[test]
fn rule_29_the_columns_are_these_in_this_order() {
    let columns = "user_id, identity, name, email, role, status, act_as_agent, teams, assigned_skills, \
                   effective_skills, worker_sid, created_at, updated_at";
    assert_eq!(HEADER.join(", "), columns);
}

#[test]
fn rule_36_a_file_for_an_import_shows_temporary_skills_with_their_time() {
    let of = |level, from: i64| TemporarySkill {
        level,
        from: jiff::Timestamp::from_second(from).unwrap().into(),
        until: jiff::Timestamp::from_second(90).unwrap().into(),
        active: false,
    };
    let skills = [("French", of(Some(Level(8)), 0)), ("A;B", of(None, 60))];
    let user = person(1, "Ada", None).with(|user| {
        user.managed.temporary_skills =
            skills.into_iter().map(|(name, of)| (SkillName::adopted(name).unwrap(), of)).collect();
    });
    let mut csv = begin(Vec::new(), true).unwrap();
    write_row(&mut csv, &row(&user, &Teams::new()), true).unwrap();
    let text = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    assert_eq!(lines[0], "\u{feff}flex-roster-users/1");
    assert!(lines[1].ends_with(",updated_at,temporary_skills"));
    let cell = "A\\;B from 1970-01-01T00:01:00.000Z until 1970-01-01T00:01:30.000Z;\
                French:8 from 1970-01-01T00:00:00.000Z until 1970-01-01T00:01:30.000Z";
    assert!(lines[2].ends_with(&format!(",{cell}")), "{text}");
    assert_eq!(file(&[row(&user, &Teams::new())]).lines().next().unwrap(), format!("\u{feff}{}", HEADER.join(",")));
}

#[test]
fn rule_29_an_export_of_nobody_is_bom_and_header() {
    let text = file(&[]);
    assert!(text.starts_with("\u{feff}user_id,identity,") && text.ends_with(",updated_at\r\n"), "{text:?}");
}

#[test]
fn rule_29_people_of_several_scripts_are_written_byte_for_byte() {
    let teams = Teams::from([
        team(1, "Sales (US)", &[("English", Some(90)), ("Chat", None)]),
        team(2, "Büro", &[("German", Some(5))]),
    ]);
    let ada = person(1, "Lovelace, Ada \"A.\"", Some("ada@example.com")).with(|user| {
        user.identity = test_support::stored("ada");
        user.managed.role = Role::SystemAdmin;
        user.managed.act_as_agent = true;
        user.managed.teams = teams.keys().copied().collect();
        user.managed.assigned_skills = skills(&[("English", Some(100)), ("Voice", None)]);
        user.taskrouter.worker_sid = Some(test_support::stored("WK0123"));
        user.updated_at = "2026-11-22T10:05:00Z".parse::<jiff::Timestamp>().unwrap().into();
    });
    let noor = person(2, "نور", None).with(|user| user.managed.status = Status::Deactivated);
    let li = person(3, "李小龍", Some("li@example.com"));
    let text = file(&[row(&ada, &teams), row(&noor, &teams), row(&li, &teams)]);
    let rows = [
        "\u{feff}user_id,identity,name,email,role,status,act_as_agent,teams,assigned_skills,effective_skills,\
         worker_sid,created_at,updated_at",
        "00000000-0000-0000-0000-000000000001,ada,\"Lovelace, Ada \"\"A.\"\"\",ada@example.com,system_admin,active,\
         true,Büro;Sales (US),English:100;Voice,Chat;English:100;German:5;Voice,WK0123,1970-01-01T00:00:00.000Z,\
         2026-11-22T10:05:00.000Z",
        "00000000-0000-0000-0000-000000000002,نور,نور,,agent,deactivated,false,,,,,1970-01-01T00:00:00.000Z,\
         1970-01-01T00:00:00.000Z",
        "00000000-0000-0000-0000-000000000003,李小龍,李小龍,li@example.com,agent,active,false,,,,,\
         1970-01-01T00:00:00.000Z,1970-01-01T00:00:00.000Z",
        "",
    ];
    assert_eq!(text, rows.join("\r\n"));
}

#[test]
fn rule_29_a_file_goes_on_without_another_bom_or_header() {
    let row = row(&person(1, "Ada", None), &Teams::new());
    let mut csv = writer(Vec::new());
    write_row(&mut csv, &row, false).unwrap();
    let more = String::from_utf8(csv.into_inner().unwrap()).unwrap();
    assert_eq!(file(&[]) + &more, file(&[row]));
}

#[test]
fn rule_29_a_skill_that_is_disabled_is_not_an_effective_one() {
    let mut user = person(1, "Ada", None)
        .with(|user| user.managed.assigned_skills = skills(&[("Chat", None), ("English", Some(5))]));
    user.taskrouter.disabled_skills.insert(SkillName::new("English").unwrap());
    let row = row(&user, &Teams::new());
    assert_eq!(cell(&row, "assigned_skills"), "Chat;English:5");
    assert_eq!(cell(&row, "effective_skills"), "Chat");
}

#[test]
fn a_team_that_nobody_knows_any_more_shows_as_its_id() {
    let user = person(1, "Ada", None).with(|user| user.managed.teams = [TeamId::new(Uuid::from_u128(7))].into());
    assert_eq!(cell(&row(&user, &Teams::new()), "teams"), "00000000-0000-0000-0000-000000000007");
}

#[test]
fn rule_30_what_a_spreadsheet_takes_for_a_formula_is_defused() {
    for first in "=+-@＝＋－＠\t\r\n\0".chars() {
        let name = format!("{first}1+1");
        // A line break also ends a cell somewhere, and then a digit follows: only the first character counts.
        assert_eq!(name_cell(&name), format!("'{name}"));
    }
}

#[test]
fn rule_30_a_formula_behind_blanks_invisible_characters_or_quotes_is_defused_too() {
    let hidden = [
        " ", "\u{A0}", "\u{2060}", "\u{B}", "\u{FEFF}", "\u{200B}", "\u{3000}", "\u{2800}", "\u{202E}", "\"",
        "' \u{AD}",
    ];
    for before in hidden {
        for formula in FORMULA {
            let name = format!("{before}{formula}1+1");
            let undone = undone(&name_cell(&name));
            assert!(is_defused(&name_cell(&name)) && undone == name, "{name:?} {undone:?}");
            let later = format!("a;{before}{formula}1");
            assert!(is_defused(&name_cell(&later)), "{later:?}");
        }
    }
    assert_eq!(name_cell("\u{A0}=1+1"), "'\u{A0}=1+1");
    assert_eq!(name_cell("a\t\u{2060}+1"), "a\t'\u{2060}+1");
}

/// Whether no piece of the cell begins a formula unless a `'` stands before it.
fn is_defused(cell: &str) -> bool {
    let pieces =
        cell.split(ENDS).map(|piece| piece.trim_start_matches(|c: char| c == '"' || is_blank(c) || is_invisible(c)));
    pieces.into_iter().all(|piece| !piece.starts_with(FORMULA))
}

#[test]
fn rule_30_every_cell_that_people_can_influence_is_defused() {
    let teams = Teams::from([team(1, "-Team", &[("+Skill", None)])]);
    let user = person(1, "=name", Some("=email")).with(|user| {
        user.identity = test_support::stored("=identity");
        user.managed.teams = teams.keys().copied().collect();
        user.managed.assigned_skills = skills(&[("+Skill", Some(-5))]);
        user.taskrouter.worker_sid = Some(test_support::stored("@sid"));
    });
    let row = row(&user, &teams);
    let written = ["identity", "name", "email", "teams", "assigned_skills", "effective_skills", "worker_sid"]
        .map(|column| cell(&row, column));
    assert_eq!(written, ["'=identity", "'=name", "'=email", "'-Team", "'+Skill:-5", "'+Skill:-5", "'@sid"]);
}

#[test]
fn rule_30_what_begins_a_cell_where_semicolons_separate_them_is_defused_too() {
    let written = [
        ("Sales;=1+1", "Sales;'=1+1"),
        ("a\r\n=1+1", "a\r\n'=1+1"),
        ("a;\"=1+1", "a;'\"=1+1"),
        ("a;b-c", "a;b-c"),
        ("a;;+", "a;;'+"),
    ];
    for (name, defused) in written {
        assert_eq!(name_cell(name), defused);
    }
}

#[test]
fn rule_29_what_joins_names_is_escaped_inside_a_name() {
    let teams = Teams::from([team(1, "EMEA; APAC", &[("a:5", Some(7)), ("b\\", None)]), team(2, "24:7", &[])]);
    let user = person(1, "Ada; Countess", None).with(|user| {
        user.managed.teams = teams.keys().copied().collect();
        user.managed.assigned_skills = skills(&[("c;=1", Some(1)), ("en-GB", Some(2))]);
    });
    let row = row(&user, &teams);
    assert_eq!(cell(&row, "teams"), "24\\:7;EMEA\\; APAC");
    assert_eq!(cell(&row, "assigned_skills"), "c\\;'=1:1;en-GB:2");
    assert_eq!(cell(&row, "effective_skills"), "a\\:5:7;b\\\\;c\\;'=1:1;en-GB:2");
    assert_eq!(cell(&row, "name"), "Ada; Countess");
}

#[test]
fn rule_30_names_that_are_no_formula_stay_as_they_are() {
    for name in ["'t Hooft", "O'Brien", "Ada-Maria", "a=b", "a@b.example", "1+1", "\"Ada\"", ""] {
        assert_eq!(name_cell(name), name);
    }
}

/// The cell as written, without the prefix of [`defused`].
fn undone(cell: &str) -> String {
    let undo = |(i, piece)| if is_formula(piece, i == 0) { piece.strip_prefix('\'').unwrap() } else { piece };
    cell.split_inclusive(ENDS).enumerate().map(undo).collect()
}

/// The names of a cell of several, and their levels, read back as the module's comment says.
fn parsed(cell: &str) -> Vec<(String, Option<i64>)> {
    let mut parts = vec![(String::new(), None::<String>)];
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        let (name, level) = parts.last_mut().unwrap();
        let current = level.as_mut().unwrap_or(name);
        match c {
            '\\' => current.extend(chars.next()),
            ';' => parts.push((String::new(), None)),
            ':' => *level = Some(String::new()),
            c => current.push(c),
        }
    }
    parts.into_iter().map(|(name, level)| (name, level.map(|level| level.parse().unwrap()))).collect()
}

fn nasty() -> impl Strategy<Value = String> {
    prop_oneof!["[=+@;:'\"\\\\\t\r\n\0\u{A0}\u{2060}\u{2800},a－-]{0,8}", "\\PC{0,20}", any::<String>()]
}

prop_compose! {
    fn some_row()(
        names in proptest::array::uniform3(nasty()),
        email in proptest::option::of(nasty()),
        skill in nasty(), level in any::<Option<i64>>(),
    ) -> Row {
        let [name, identity, team_name] = names;
        let assigned = SkillName::adopted(&skill).map(|skill| (skill, level.map(Level)));
        let teams = Teams::from([team(1, &team_name, &[]), team(2, &name, &[("Chat", None)])]);
        let user = person(1, &name, email.as_deref()).with(|user| { user.identity = test_support::stored(&identity); user.managed.teams = teams.keys().copied().collect(); user.managed.assigned_skills = assigned.into_iter().collect(); });
        row(&user, &teams)
    }
}

proptest! {
    #[test]
    fn rule_29_a_file_read_back_gives_the_same_rows(rows in proptest::collection::vec(some_row(), 0..4)) {
        let text = file(&rows);
        let mut csv = csv::Reader::from_reader(text.strip_prefix(BOM).unwrap().as_bytes());
        prop_assert_eq!(csv.headers().unwrap(), HEADER.as_slice());
        let back: Vec<Vec<String>> = csv.records().map(|row| row.unwrap().iter().map(undone).collect()).collect();
        let rows: Vec<Vec<String>> = rows.into_iter().map(|row| row.cells.to_vec()).collect();
        prop_assert_eq!(back, rows);
    }

    #[test]
    fn rule_30_no_cell_begins_a_formula_however_the_file_is_split(row in some_row()) {
        let text = file(&[row]);
        let mut csv = csv::Reader::from_reader(text.strip_prefix(BOM).unwrap().as_bytes());
        for cell in &csv.records().next().unwrap().unwrap() {
            prop_assert!(is_defused(cell) && !cell.starts_with(SUSPECT), "{cell:?}");
        }
        prop_assert!(is_defused(&text), "{text:?}");
    }

    #[test]
    fn rule_29_the_names_and_levels_in_a_cell_can_be_read_back(
        names in prop::collection::btree_map("[a;:\\\\='+ \n]{1,6}|\\PC{1,9}", prop::option::of(any::<i64>()), 1..4),
    ) {
        let assigned = names.iter().map(|(name, level)| (SkillName::adopted(name).unwrap(), level.map(Level)));
        let teams: Teams = names.keys().zip(1..).map(|(name, number)| team(number, name, &[])).collect();
        let user = person(1, "Ada", None).with(|user| {
            user.managed.assigned_skills = assigned.collect();
            user.managed.teams = teams.keys().copied().collect();
        });
        let row = row(&user, &teams);
        let written: Vec<_> = names.iter().map(|(name, level)| (name.clone(), *level)).collect();
        for column in ["assigned_skills", "effective_skills"] {
            prop_assert_eq!(&parsed(&undone(&cell(&row, column))), &written);
        }
        let team_names: Vec<_> = names.keys().map(|name| (name.clone(), None)).collect();
        prop_assert_eq!(parsed(&undone(&cell(&row, "teams"))), team_names);
    }
}

fn record(action: Action, changes: &[(&str, serde_json::Value)]) -> Record {
    let change = |(field, before): &(&str, serde_json::Value)| Change {
        field: (*field).to_owned(),
        before: before.clone(),
        after: serde_json::Value::Null,
    };
    Record {
        record_id: Uuid::nil(),
        at: jiff::Timestamp::UNIX_EPOCH.into(),
        actor: Actor::Operator,
        source: Source::Operator,
        request_id: String::new(),
        action,
        changes: changes.iter().map(change).collect(),
        author: None,
    }
}

#[test]
fn rule_29_an_export_passes_over_those_alone_who_have_moved_up_from_a_place_that_it_has_passed() {
    let mia = person(1, "Mia", None);
    let passed = |records: &[Record]| was_passed(&mia, records, StatusFilter::default());
    let named = |name: &str| record(Action::Login, &[("name", json!(name))]);
    assert!(passed(&[named("Ada")]) && passed(&[named("Zoe"), named("Ada")]));
    assert!(!passed(&[]) && !passed(&[named("Zoe")]) && !passed(&[named("mia")]), "there the export has not been");
    assert!(!passed(&[record(Action::Edited, &[("role", json!("supervisor"))])]), "not moved");
    let hired = record(Action::Created, &[("identity", json!(null)), ("name", json!(null))]);
    assert!(!passed(&[hired]), "nowhere before");
    let hidden = record(Action::Reactivated, &[("status", json!("deactivated"))]);
    assert!(!passed(&[hidden.clone(), named("Ada")]), "not in the list at that place");
    assert!(was_passed(&mia, &[hidden, named("Ada")], StatusFilter::All));
    assert!(passed(&[record(Action::Erased, &[("name", json!({"erased": true}))])]));
}
