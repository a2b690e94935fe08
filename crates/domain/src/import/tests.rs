use super::*;
use crate::{
    Identity, Level, Refusal, Role, Skill, SkillName, Status, TeamId, TemporarySkill, User, UserId,
    bulk::{BulkEdit, SkillEdit, SkillsEdit, TeamsEdit},
    effective::effective_skills,
    export::{self, HEADER, VERSION_LINE},
    skill::Skills,
    team::Teams,
    test_support::{self, stored},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, btree_map::Entry};
use uuid::Uuid;

fn read(bytes: &[u8]) -> Result<(File, Vec<Row>), FileFault> {
    let mut file = File::default();
    let mut rows = file.push(bytes)?;
    rows.extend(file.finish()?);
    Ok((file, rows))
}

fn fault(bytes: &[u8]) -> FileFault {
    read(bytes).unwrap_err()
}

fn cells(bytes: &[u8]) -> Vec<(u64, Vec<String>)> {
    read(bytes).unwrap().1.into_iter().map(|row| (row.number, row.cells)).collect()
}

fn row(number: u64, of: &[&str]) -> (u64, Vec<String>) {
    (number, of.iter().map(|&cell| cell.to_owned()).collect())
}

#[test]
fn a_file_is_read_with_any_line_ending_and_with_or_without_bom_and_version() {
    for (text, number) in [
        ("user_id,role\nu1,agent\n", 2),
        ("user_id,role\r\nu1,agent\r\n", 2),
        ("user_id,role\ru1,agent", 2),
        ("\u{feff}user_id,role\nu1,agent", 2),
        ("\u{feff}flex-roster-users/1\r\nuser_id,role\r\nu1,agent\r\n", 3),
        ("flex-roster-users/1,\nuser_id,role\nu1,agent\n", 3),
        (" User_ID ,ROLE,\nu1,agent,\n,,\n", 2),
    ] {
        let (file, rows) = read(text.as_bytes()).unwrap();
        assert_eq!(file.columns(), [Column::UserId, Column::Role], "{text:?}");
        assert_eq!((rows[0].number, rows.len()), (number, 1), "{text:?}");
        assert_eq!(rows[0].cells[..2], ["u1", "agent"]);
        let facts = file.facts().unwrap();
        assert_eq!((facts.rows, facts.has_version, facts.separator), (1, number == 3, ','));
    }
}

#[test]
fn the_separator_is_found_by_the_columns_that_it_makes() {
    for separator in [',', ';', '\t'] {
        let text =
            ["user_id,role,teams", "u1,agent,\"A;B,C\td\""].map(|line| line.replacen(',', &separator.to_string(), 2));
        let (file, rows) = read(text.join("\n").as_bytes()).unwrap();
        assert_eq!(file.facts().unwrap().separator, separator);
        assert_eq!(rows[0].cells, ["u1", "agent", "A;B,C\td"]);
    }
    let many = format!("user_id;teams\nu1;\"{}\"", ",".repeat(100));
    assert_eq!(read(many.as_bytes()).unwrap().0.facts().unwrap().separator, ';');
}

#[test]
fn a_file_is_read_alike_however_its_bytes_come() {
    let text =
        "\u{feff}flex-roster-users/1\r\nuser_id;name;teams\r\nu1;\"Zoë \"\"Z\"\"\r\nB\";\"a;b\"\r\n\r\nu2;李;\r\n";
    let whole = cells(text.as_bytes());
    assert_eq!(whole, [row(3, &["u1", "Zoë \"Z\"\r\nB", "a;b"]), row(5, &["u2", "李", ""])]);
    for size in 1..20 {
        let mut file = File::default();
        let mut rows = Vec::new();
        for bytes in text.as_bytes().chunks(size) {
            rows.extend(file.push(bytes).unwrap());
        }
        rows.extend(file.finish().unwrap());
        let rows = rows.into_iter().map(|row| (row.number, row.cells)).collect::<Vec<_>>();
        assert_eq!(rows, whole, "{size}");
        assert_eq!(file.headings(), ["user_id", "name", "teams"]);
    }
}

#[test]
fn what_is_no_file_of_users_is_refused_with_what_it_is() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    assert_eq!(fault(b""), FileFault::Empty);
    assert_eq!(fault(b"\n\r\n"), FileFault::Empty);
    assert_eq!(fault(b"flex-roster-users/1\n"), FileFault::Empty);
    assert_eq!(fault(b"PK\x03\x04rest"), FileFault::Zip);
    assert_eq!(fault(&utf16("\u{feff}user_id,role\n")), FileFault::Utf16);
    assert_eq!(fault(&utf16("user_id,role\n")), FileFault::Utf16);
    assert_eq!(
        fault(&"user_id,role\n".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()),
        FileFault::Utf16
    );
    assert_eq!(fault(b"\xfe\xff\x00u"), FileFault::Utf16);
    assert_eq!(fault(b"user_id,name\nu1,Zo\xeb\n"), FileFault::NotUtf8(2));
    assert_eq!(fault(b"user_id,name\nu1,ok\nu2,\xc3,\xab\n"), FileFault::NotUtf8(3), "a letter across two cells");
    assert_eq!(fault(b"flex-roster-users/2\nuser_id\n"), FileFault::OtherVersion("flex-roster-users/2".into()));
    assert_eq!(fault(b"SKU,price\n1,2\n"), FileFault::OtherFile("SKU, price".into()));
    assert_eq!(fault(b"role,teams\nagent,x\n"), FileFault::OtherFile("role, teams".into()));
    assert_eq!(fault(b"user_id,shoe_size\nu1,47\n"), FileFault::UnknownColumn("shoe_size".into()));
    assert_eq!(fault(b"user_id,role,Role\nu1,a,b\n"), FileFault::RepeatedColumn("role"));
}

#[test]
fn a_file_that_would_take_much_memory_is_refused_at_the_row() {
    assert_eq!(fault(format!("user_id{}\n", ",x".repeat(300_000)).as_bytes()), FileFault::TooManyCells(1));
    assert_eq!(fault(format!("user_id\nu1{}\n", ",".repeat(64)).as_bytes()), FileFault::TooManyCells(2));
    assert_eq!(cells(format!("user_id\nu1{}\n", ",".repeat(63)).as_bytes()).len(), 1);
    let cell = |length: usize| format!("user_id,name\nu1,{}\n", "x".repeat(length));
    assert_eq!(fault(cell(file::MAX_ROW_BYTES - 2).as_bytes()), FileFault::RowTooLong(2));
    assert_eq!(cells(cell(file::MAX_ROW_BYTES - 3).as_bytes()).len(), 1);
    let open = format!("user_id,name\nu1,\"{}", "u2,x\n".repeat(20_000));
    assert_eq!(fault(open.as_bytes()), FileFault::RowTooLong(2));
    assert_eq!(fault(b"user_id,name\nu1,\"Ada\nu2,Bob\n"), FileFault::OpenQuote(2));
    assert_eq!(fault(b"user_id,\"name"), FileFault::OpenQuote(1));
    assert_eq!(cells(b"user_id,name\nu1,\"Ada\"").len(), 1);
}

#[test]
fn an_unknown_column_is_refused_with_those_that_there_are() {
    let text = FileFault::UnknownColumn("shoe_size".into()).to_string();
    assert!(text.contains(&HEADER.join(", ")) && text.contains("action"), "{text}");
    for fault in [FileFault::Empty, FileFault::Zip, FileFault::Utf16, FileFault::NotUtf8(3)] {
        assert!(fault.code().starts_with("file-"), "{fault}");
    }
}

/// A team, skills and a user in it.
#[derive(Debug)]
struct World {
    teams: Teams,
    skills: BTreeMap<SkillName, Skill>,
    team_ids: BTreeMap<String, TeamId>,
    user: User,
}

fn skill_name(text: &str) -> SkillName {
    SkillName::adopted(text).unwrap()
}

fn assigned(of: &[(&str, Option<i64>)]) -> Skills {
    of.iter().map(|(name, level)| (skill_name(name), level.map(Level))).collect()
}

fn team_id(number: u128) -> TeamId {
    TeamId::new(Uuid::from_u128(number))
}

impl World {
    fn new(teams: &[&str], skills: &[&str]) -> Self {
        let teams = teams.iter().zip(1..).map(|(name, number)| {
            (team_id(number), crate::Team::new(team_id(number), stored(name), jiff::Timestamp::UNIX_EPOCH))
        });
        let teams = teams.collect::<Teams>();
        let team_ids = teams.values().map(|team| (team.name.order_key(), team.team_id)).collect();
        let skills = skills.iter().map(|name| (skill_name(name), Skill::imported(skill_name(name)))).collect();
        let user = test_support::agent("007").with(|user| {
            user.updated_at = "2026-11-22T10:05:00Z".parse::<jiff::Timestamp>().unwrap().into();
            user.managed.teams = [team_id(1)].into();
            user.managed.assigned_skills = assigned(&[("English", Some(80)), ("Voice", None)]);
        });
        Self { teams, skills, team_ids, user }
    }

    fn named(&self) -> ResolvedNames<'_> {
        ResolvedNames { team_ids: &self.team_ids, teams: &self.teams, skills: &self.skills }
    }

    fn edit(&self, cells: &[(&str, &str)]) -> Result<BulkEdit, RowRefusal> {
        values(cells).and_then(|values| values.edit(&self.user, self.named()))
    }

    fn code(&self, cells: &[(&str, &str)]) -> (Option<&'static str>, &'static str) {
        let refused = self.edit(cells).unwrap_err();
        (refused.column.map(Column::name), refused.refusal.code())
    }
}

fn world() -> World {
    World::new(&["Sales", "Büro; Süd"], &["English", "French", "Voice"])
}

/// What a row with these cells and the id of a user states.
fn values(cells: &[(&str, &str)]) -> Result<Values, RowRefusal> {
    let id = test_support::agent("007").user_id.to_string();
    let (headings, texts): (Vec<_>, Vec<_>) =
        [("user_id", id.as_str())].into_iter().chain(cells.iter().copied()).unzip();
    let columns = headings.into_iter().map(|heading| Column::of_heading(heading).unwrap()).collect::<Vec<_>>();
    Values::parse(&Row { number: 2, cells: texts.into_iter().map(str::to_owned).collect() }, &columns)
}

fn of_skills(of: &[(&str, SkillEdit)]) -> BulkEdit {
    let each = of.iter().map(|(name, edit)| (skill_name(name), *edit)).collect();
    BulkEdit { skills: Some(SkillsEdit::Each(each)), ..BulkEdit::default() }
}

#[test]
fn a_blank_cell_changes_nothing_and_the_mark_clears() {
    let world = world();
    let blank = ["identity", "name", "role", "status", "act_as_agent", "teams", "assigned_skills", "effective_skills"];
    assert_eq!(world.edit(&blank.map(|column| (column, " "))), Ok(BulkEdit::default()));
    let left = TeamsEdit { add: [].into(), remove: [team_id(1)].into() };
    assert_eq!(world.edit(&[("teams", "(none)")]), Ok(BulkEdit { teams: Some(left), ..BulkEdit::default() }));
    let removed = of_skills(&[("English", SkillEdit::Remove), ("Voice", SkillEdit::Remove)]);
    assert_eq!(world.edit(&[("assigned_skills", " (none) ")]), Ok(removed));
    for column in ["role", "status", "act_as_agent"] {
        assert_eq!(world.code(&[(column, "(none)")]), (Some(column), "row-not-cleared"));
    }
}

#[test]
fn what_a_cell_states_and_the_user_has_not_is_changed() {
    let world = world();
    let edit = world.edit(&[("role", "Supervisor"), ("status", "deactivated"), ("act_as_agent", "TRUE")]).unwrap();
    assert_eq!(
        (edit.role, edit.status, edit.act_as_agent),
        (Some(Role::Supervisor), Some(Status::Deactivated), Some(true))
    );
    let same = [("role", "agent"), ("status", "active"), ("act_as_agent", "false"), ("teams", "sales")];
    assert_eq!(world.edit(&same), Ok(BulkEdit::default()));
    let both = TeamsEdit { add: [team_id(2)].into(), remove: [].into() };
    for teams in ["Sales;Büro\\; Süd", " büro\\; süd ;; SALES;", &format!("{};Sales", team_id(2))] {
        let edit = world.edit(&[("teams", teams)]);
        assert_eq!(edit, Ok(BulkEdit { teams: Some(both.clone()), ..BulkEdit::default() }), "{teams}");
    }
    let edit = world.edit(&[("assigned_skills", "English:080;French")]);
    assert_eq!(edit, Ok(of_skills(&[("French", SkillEdit::Assign(None)), ("Voice", SkillEdit::Remove)])));
    let edit = world.edit(&[("assigned_skills", "English: 9 ; Voice:5")]);
    let levels = [("English", SkillEdit::Assign(Some(Level(9)))), ("Voice", SkillEdit::Assign(Some(Level(5))))];
    assert_eq!(edit, Ok(of_skills(&levels)));
}

#[test]
fn each_wrong_cell_is_named_with_its_column() {
    let world = world();
    let of = |column: &'static str, text: &str| world.code(&[(column, text)]);
    assert_eq!(of("role", "boss"), (Some("role"), "unknown-role"));
    assert_eq!(of("status", "gone"), (Some("status"), "row-status"));
    assert_eq!(of("act_as_agent", "yes"), (Some("act_as_agent"), "row-boolean"));
    assert_eq!(of("teams", "Sales;Support"), (Some("teams"), "row-unknown-team"));
    assert_eq!(of("teams", &team_id(3).to_string()), (Some("teams"), "row-unknown-team"));
    assert_eq!(of("assigned_skills", "Dutch"), (Some("assigned_skills"), "row-unknown-skill"));
    assert_eq!(of("assigned_skills", "English:high"), (Some("assigned_skills"), "row-level"));
    assert_eq!(of("assigned_skills", "English:8.5"), (Some("assigned_skills"), "row-level"));
    assert_eq!(of("assigned_skills", "English:"), (Some("assigned_skills"), "row-level"));
    assert_eq!(of("assigned_skills", "English:1;English:2"), (Some("assigned_skills"), "row-repeated-skill"));
    assert_eq!(of("action", "delete"), (Some("action"), "row-action"));
    let parse = |cells: &[&str], columns: &[Column]| {
        let cells = cells.iter().map(|&cell| cell.to_owned()).collect();
        Values::parse(&Row { number: 2, cells }, columns).map_err(|refused| refused.refusal.code())
    };
    let columns = [Column::UserId, Column::Identity];
    assert_eq!(parse(&["", " "], &columns), Err("row-names-nobody"));
    assert_eq!(parse(&["7", ""], &columns), Err("row-user-id"));
    assert_eq!(parse(&["", "ada", "x"], &columns), Err("row-other-cells"));
    assert_eq!(parse(&["", "ada", "", "x"], &columns), Err("row-other-cells"));
    let short = parse(&[&test_support::agent("ada").user_id.to_string()], &columns).unwrap();
    assert_eq!((short.user_id, short.identity), (Some(test_support::agent("ada").user_id), None), "blank at its end");
    assert_eq!(parse(&["", "ada", " "], &columns).unwrap().identity, Identity::reported("ada"));
}

#[test]
fn each_wrong_cell_is_repeated_and_what_would_be_right_is_said() {
    let world = world();
    for (column, text, wrong, right) in [
        ("role", "boss", "\"boss\"", "one of account_owner, system_admin, supervisor, agent"),
        ("status", "gone", "\"gone\"", "it is active or deactivated"),
        ("act_as_agent", "yes", "\"yes\"", "Write one of them"),
        ("teams", "Sales;Support", "\"Support\"", "Create it first, or correct its name"),
        ("assigned_skills", "Dutch", "\"Dutch\"", "Create it first, or correct its name"),
        ("assigned_skills", "English:high", "\"high\"", "a whole number, as in English:80"),
        ("assigned_skills", "French:1;French:2", "\"French\"", "Name it once"),
        ("action", "delete", "\"delete\"", "Write add"),
        ("name", "James", "\"James\"", "Leave the cell as it is, or blank"),
        ("user_id", "7", "\"7\"", "Copy it from an export"),
        ("role", "(none)", "(none)", "Leave this cell blank"),
    ] {
        let said = world.edit(&[(column, text)]).unwrap_err().refusal.to_string();
        assert!(said.contains(wrong) && said.contains(right), "{column} {text}: {said}");
    }
}

#[test]
fn a_row_that_cannot_be_read_still_names_its_user() {
    let columns = [Column::Role, Column::UserId, Column::Identity];
    let id = test_support::agent("007").user_id;
    let named =
        |cells: [&str; 3]| Values::identify(&Row { number: 2, cells: cells.map(str::to_owned).to_vec() }, &columns);
    let text = id.to_string();
    let both = named(["boss", &text, "ada"]);
    assert_eq!((both.user_id, both.identity, both.role), (Some(id), Identity::reported("ada"), None));
    let one = named(["agent", "7", "ada"]);
    assert_eq!((one.user_id, one.identity), (None, Identity::reported("ada")));
    assert_eq!(named(["agent", "", " "]), Values::default());
}

#[test]
fn rule_24_what_the_directory_does_not_decide_is_refused_when_it_is_changed() {
    let world = world();
    let identity = world.user.identity.to_string();
    assert_eq!(
        world.edit(&[("identity", &identity), ("name", "007"), ("updated_at", "2026-11-22T10:05:00.000Z")]),
        Ok(BulkEdit::default())
    );
    for (column, text) in [
        ("identity", "008"),
        ("name", "James"),
        ("email", "james@example.com"),
        ("worker_sid", "WK1"),
        ("effective_skills", "English:90;Voice"),
        ("created_at", "2026-01-01T00:00:00.000Z"),
        ("temporary_skills", "French:5"),
        ("updated_at", "2026-11-22T10:05:00.001Z"),
        ("updated_at", "yesterday"),
    ] {
        assert_eq!(world.code(&[(column, text)]), (Some(column), "row-kept"), "{text}");
    }
    let effective = world.edit(&[("effective_skills", "English")]).unwrap_err().refusal.to_string();
    assert!(effective.contains("Change assigned_skills"), "{effective}");
    assert_eq!(world.edit(&[("identity", "7")]), Ok(BulkEdit::default()), "a spreadsheet has dropped the zeros");
    assert_eq!(world.code(&[("identity", "70")]).1, "row-kept");
    let mut zero = World::new(&["Sales"], &[]);
    zero.user.identity = Identity::reported("000").unwrap();
    assert_eq!(zero.edit(&[("identity", "0")]), Ok(BulkEdit::default()));
    assert_eq!(world.code(&[("identity", "07x")]).1, "row-kept");
}

#[test]
fn a_row_that_is_older_than_the_user_may_differ_in_what_changes_by_itself() {
    let world = world();
    let older = ("updated_at", "2026-11-22T10:04:59.999Z");
    for (column, text) in [("worker_sid", "WK1"), ("effective_skills", "x"), ("temporary_skills", "x")] {
        assert_eq!(world.edit(&[(column, text), older]), Ok(BulkEdit::default()), "{column}");
    }
    for (column, text) in
        [("identity", "008"), ("created_at", "2026-01-01T00:00:00.000Z"), ("name", "James"), ("email", "j@example.com")]
    {
        assert_eq!(world.code(&[(column, text), older]), (Some(column), "row-kept"));
    }
}

#[test]
fn a_row_that_is_older_than_the_user_takes_back_nothing_that_others_have_decided_since() {
    let world = world();
    let older = ("updated_at", "2026-11-22T10:04:59.999Z");
    for cell in [("role", "supervisor"), ("status", "deactivated"), ("teams", "(none)"), ("assigned_skills", "English")]
    {
        assert_eq!(world.code(&[cell, older]), (Some("updated_at"), "row-stale"), "{cell:?}");
        assert_ne!(world.edit(&[cell, ("updated_at", "")]), Ok(BulkEdit::default()), "who is sure blanks the time");
    }
    let same = [("role", "agent"), ("teams", "Sales"), ("assigned_skills", "Voice;English:80"), older];
    assert_eq!(world.edit(&same), Ok(BulkEdit::default()), "a file that is sent twice");
}

#[test]
fn rule_11_what_a_row_says_of_act_as_agent_counts_where_the_role_changes_and_means_nothing_of_an_agent() {
    let world = world();
    let stated =
        |world: &World, role, acts| world.edit(&[("role", role), ("act_as_agent", acts)]).unwrap().act_as_agent;
    assert_eq!(["true", "false", ""].map(|acts| stated(&world, "supervisor", acts)), [Some(true), Some(false), None]);
    assert_eq!(["true", "false"].map(|acts| stated(&world, "agent", acts)), [None; 2]);
    assert_eq!(
        ["WAHR", "vrai", "FALSCH"].map(|acts| stated(&world, "supervisor", acts)),
        [true, true, false].map(Some)
    );
    let mut raised = world;
    raised.user.managed.role = Role::Supervisor;
    assert_eq!(["true", "false"].map(|acts| stated(&raised, "supervisor", acts)), [Some(true), None]);
    assert_eq!(stated(&raised, "agent", "true"), None);
    assert_eq!(stated(&raised, "system_admin", "false"), Some(false));
}

#[test]
fn a_file_has_at_most_200_000_rows_and_its_head_is_near_its_beginning() {
    let rows = |count: usize| format!("identity\n{}", "a\n".repeat(count));
    assert_eq!(read(rows(200_000).as_bytes()).unwrap().1.len(), 200_000);
    assert_eq!(fault(rows(200_001).as_bytes()), FileFault::TooManyRows);
    let mut file = File::default();
    let blank = vec![b'\n'; 100_000];
    let ends = (0..5).map(|_| file.push(&blank).map(drop)).collect::<Vec<_>>();
    assert_eq!(ends[..2], [Ok(()), Ok(())]);
    assert_eq!(ends[2], Err(FileFault::RowTooLong(1)));
}

#[test]
fn rule_22_a_row_adds_a_user_with_what_it_states() {
    let world = world();
    let add = |cells: &[(&str, &str)]| {
        let values = values(cells).unwrap();
        assert!(values.adds);
        values.added(&Identity::parse("ada").unwrap(), world.named())
    };
    let plain = add(&[("action", "Add")]).unwrap();
    assert_eq!((plain.identity.as_str(), plain.role, plain.act_as_agent), ("ada", Role::Agent, false));
    assert_eq!(plain, crate::provisioning::ProvisionedUser::new("ada", "ada", None).unwrap());
    let whole = add(&[
        ("action", "add"),
        ("name", "Ada"),
        ("email", "ada@example.com "),
        ("role", "supervisor"),
        ("act_as_agent", "true"),
        ("teams", "Sales"),
        ("assigned_skills", "French:5"),
    ]);
    let whole = whole.unwrap();
    assert_eq!((whole.role, whole.act_as_agent, whole.teams.clone()), (Role::Supervisor, true, [team_id(1)].into()));
    assert_eq!(whole.assigned_skills, [(skill_name("French"), Some(Level(5)))]);
    let refused = |cells: &[(&str, &str)]| {
        let refused = add(&[&[("action", "add")], cells].concat()).unwrap_err();
        (refused.column.map(Column::name), refused.refusal.code())
    };
    assert_eq!(refused(&[("email", "ada")]), (Some("email"), "invalid-email"));
    assert_eq!(refused(&[("name", "\u{200b}x")]), (Some("name"), "invalid-name"));
    assert_eq!(refused(&[("teams", "Support")]), (Some("teams"), "row-unknown-team"));
    for status in ["deactivated", "deleted"] {
        assert_eq!(refused(&[("status", status)]), (Some("status"), "row-status"));
    }
    assert_eq!(add(&[("action", "add"), ("status", "active")]).unwrap(), plain);
}

#[test]
fn a_refusal_of_the_rules_is_about_the_column_that_it_names() {
    let of = |refusal: Refusal| RowRefusal::from(refusal).column.map(Column::name);
    assert_eq!(of(Refusal::UnknownUser("x".into())), Some("user_id"));
    assert_eq!(of(Refusal::IdentityTaken("x".into())), Some("identity"));
    assert_eq!(of(Refusal::UserName("x".into())), Some("name"));
    assert_eq!(of(Refusal::Email("x".into())), Some("email"));
    assert_eq!(of(Refusal::OwnRole), Some("role"));
    assert_eq!(of(Refusal::OwnStatus), Some("status"));
    assert_eq!(of(Refusal::ActAsAgentOfAgent), Some("act_as_agent"));
    assert_eq!(of(Refusal::TooManyTeams(26)), Some("teams"));
    assert_eq!(of(Refusal::SkillWithoutLevels("x".into())), Some("assigned_skills"));
    assert_eq!(of(Refusal::CallerMayNoLonger), None);
    assert_eq!(Column::Fault.name(), "error");
}

#[test]
fn the_failed_rows_can_be_corrected_and_sent_again() {
    let text = "user_id;name;error;teams\n;'=x;earlier;a\n";
    let (file, rows) = read(text.as_bytes()).unwrap();
    let failed =
        rows.into_iter().map(|row| (row, Some(Column::Teams), "There is no team".to_owned())).collect::<Vec<_>>();
    let write = |rows: &[_]| failed_rows(file.facts().unwrap(), file.headings(), file.columns(), rows).unwrap();
    let text = String::from_utf8([write(&[]), write(&failed)].concat()).unwrap();
    assert_eq!(text, "\u{feff}user_id;name;teams;error_row;error_column;error\r\n;'=x;a;2;teams;There is no team\r\n");
    let (again, rows) = read(text.as_bytes()).unwrap();
    assert_eq!(again.columns()[3..], [Column::Fault; 3]);
    assert_eq!(rows[0].cells[..3], ["", "'=x", "a"]);
    let (file, _) = read(b"flex-roster-users/1\nuser_id\n").unwrap();
    let head = failed_rows(file.facts().unwrap(), file.headings(), file.columns(), &[]).unwrap();
    let head = String::from_utf8(head).unwrap();
    assert_eq!(head, "\u{feff}flex-roster-users/1\r\nuser_id,error_row,error_column,error\r\n");
}

#[test]
fn a_failed_row_with_other_cells_than_the_head_keeps_them() {
    let (file, rows) = read(b"user_id,name\nu1\nu2,Ada,=1\n").unwrap();
    let failed = rows.into_iter().map(|row| (row, None, "cells".to_owned())).collect::<Vec<_>>();
    let text = failed_rows(file.facts().unwrap(), file.headings(), file.columns(), &failed).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "u1,,2,,cells\r\nu2,Ada,3,,cells,'=1\r\n");
}

#[test]
fn rule_30_a_failed_row_that_was_not_defused_is() {
    let (file, rows) = read(b"user_id,name\n,=1+1\n").unwrap();
    let failed = rows.into_iter().map(|row| (row, None, "=2".to_owned())).collect::<Vec<_>>();
    let text = failed_rows(file.facts().unwrap(), file.headings(), file.columns(), &failed).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), ",'=1+1,2,,'=2\r\n");
}

/// What names, identities and other texts of the directory may hold.
fn text() -> impl Strategy<Value = String> {
    "[a-zé李=+@'\"\\\\;:,()\t \r\n-]{0,8}[a-z0-9é]|\\(none\\)|0{0,3}[0-9]{1,4}"
}

prop_compose! {
    fn anybody()(
        identity in text(), name in text(), email in proptest::option::of(text()),
        teams in proptest::collection::vec(text(), 0..4), skills in proptest::collection::vec((prop_oneof![9 => text(), 1 => Just(" ".to_owned())], proptest::option::of(0..200_i64)), 0..5),
        temporary in proptest::collection::vec((text(), proptest::option::of(0..200_i64), any::<bool>()), 0..3),
        role in 0..4_usize, status in 0..3_usize, acts in any::<bool>(), disabled in any::<bool>(),
    ) -> World {
        let teams = teams.iter().filter_map(|name| crate::TeamName::parse(name).ok()).collect::<Vec<_>>();
        let mut world = World::new(&[], &[]);
        for (name, number) in teams.into_iter().zip(1..) {
            let team = crate::Team::new(team_id(number), name, jiff::Timestamp::UNIX_EPOCH);
            if let Entry::Vacant(place) = world.team_ids.entry(team.name.order_key()) {
                place.insert(team.team_id);
                world.teams.insert(team.team_id, team);
            }
        }
        let assigned: Skills = skills.into_iter().map(|(name, level)| (skill_name(&name), level.map(Level))).collect();
        world.skills = assigned.keys().map(|name| (name.clone(), Skill::imported(name.clone()))).collect();
        let in_teams = world.teams.keys().copied().collect();
        world.user = world.user.with(|user| {
            user.user_id = UserId::new(Uuid::from_u128(9));
            user.identity = Identity::reported(&identity).unwrap();
            user.idp.full_name = Some(name.clone());
            user.idp.email = email.as_deref().map(stored);
            user.managed.role = Role::ALL[role];
            user.managed.status = Status::ALL[status];
            user.managed.act_as_agent = acts && role > 0;
            user.managed.teams = in_teams;
            user.taskrouter.disabled_skills = assigned.keys().filter(|_| disabled).cloned().collect();
            user.managed.assigned_skills = assigned;
            user.managed.temporary_skills = temporary.iter().map(|(name, level, active)| {
                let (from, until) = (jiff::Timestamp::UNIX_EPOCH.into(), user.updated_at);
                (skill_name(name), TemporarySkill { level: level.map(Level), from, until, active: *active })
            }).collect();
        });
        world
    }
}

proptest! {
    #[test]
    fn rule_29_an_export_that_is_imported_changes_nobody(world in anybody(), for_import in any::<bool>()) {
        let World { user, teams, .. } = &world;
        let mut csv = export::begin(Vec::new(), for_import).unwrap();
        export::write_row(&mut csv, &export::Row::new(user, teams, &effective_skills(user, teams.values())), for_import).unwrap();
        let bytes = csv.into_inner().unwrap();
        let (file, rows) = read(&bytes).unwrap();
        prop_assert_eq!(file.facts().unwrap().has_version, for_import);
        prop_assert_eq!(rows.len(), 1);
        let values = Values::parse(&rows[0], file.columns()).unwrap();
        prop_assert_eq!(values.user_id, Some(user.user_id));
        prop_assert_eq!(values.edit(user, world.named()), Ok(BulkEdit::default()));
    }

    #[test]
    fn a_file_is_read_or_refused_whatever_it_holds(bytes in proptest::collection::vec(any::<u8>(), 0..300), with_head in any::<bool>()) {
        let head = if with_head { VERSION_LINE.as_bytes() } else { b"" };
        let head = [head, if with_head { b"\nuser_id,teams\n" } else { b"" }].concat();
        if let Ok((file, rows)) = read(&[head, bytes].concat()) {
            for row in rows {
                drop(Values::parse(&row, file.columns()));
            }
        }
    }
}
