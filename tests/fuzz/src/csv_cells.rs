//! Cells of an export: written and read back by a parser of RFC 4180 of our own, each gives the user's text once its `'` are
//! taken off, and no cell begins a formula, wherever a spreadsheet may let one begin (rules 29 and 30).
//!
//! Input: texts with a byte 0xFF between them: name, identity, e-mail address, worker SID, then teams and skills in turn.

use std::collections::BTreeSet;

use domain::{
    EffectiveSkill, Level, SkillName, Team, TeamId, User, UserId, WorkerSid,
    effective::effective_skills,
    export::{BOM, HEADER, Row, begin, write_row},
    team::Teams,
};
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};
use jiff::Timestamp;
use serde_json::{from_value, json};
use uuid::Uuid;

/// Plays the input.
pub fn check(input: &[u8]) -> bool {
    let texts = input.split(|byte| *byte == 0xff).map(str::from_utf8).collect::<Result<Vec<_>, _>>();
    let Some([name, identity, email, worker_sid, others @ ..]) = texts.as_deref().ok() else { return false };
    let skills = others.iter().skip(1).step_by(2).filter_map(|name| SkillName::adopted(name));
    let skills = skills.enumerate().map(|(index, name)| (name, level(index))).collect::<Vec<_>>();
    let names = others.iter().step_by(2).enumerate();
    let teams = names.map(|(index, name)| team(index, name, skills.get(index))).collect::<Teams>();
    let identity = if identity.is_empty() { "unnamed" } else { identity };
    let identity = domain::Identity::reported(identity).expect("it is not empty");
    let mut user = User::new(UserId::new(Uuid::nil()), identity, Timestamp::UNIX_EPOCH);
    user.idp.full_name = Some((*name).to_owned());
    user.idp.email = Some(domain::EmailAddress::reported(*email)).filter(|_| !email.is_empty());
    user.taskrouter.worker_sid = Some(WorkerSid::new(*worker_sid)).filter(|_| !worker_sid.is_empty());
    user.managed.teams = teams.keys().copied().collect();
    user.managed.assigned_skills = skills.iter().skip(1).cloned().collect();

    let effective = effective_skills(&user, teams.values());
    let row = Row::new(&user, &teams, &effective);
    let mut csv = begin(Vec::new(), false).expect("a row can be written");
    for _ in 0..2 {
        write_row(&mut csv, &row, false).expect("a row can be written");
    }
    let file = String::from_utf8(csv.into_inner().expect("it is flushed")).expect("text is written");
    let records = records(file.strip_prefix(BOM).expect("it begins with the byte order mark"));
    assert_eq!(records.len(), 3);
    assert_eq!(records[0], HEADER);
    assert_eq!(records[1], records[2], "one user is written alike everywhere");
    let cells = &records[1];
    assert_eq!(cells.len(), HEADER.len());
    for (cell, text) in cells.iter().zip(row.cells()) {
        assert!(begins_no_formula(cell), "{cell:?} begins a formula");
        assert_eq!(undone(cell), *text, "read back from {cell:?}");
    }
    let plain = [(2, *name), (1, user.identity.as_str()), (3, *email), (10, *worker_sid)];
    assert!(plain.iter().all(|(column, text)| row.cells()[*column] == *text), "{plain:?}");
    check_lists(&row, &user, &teams, &effective);
    cells.iter().zip(row.cells()).any(|(cell, text)| cell != text)
}

/// Cells of several names, taken apart as the documentation says: at each `;`, and a skill at the `:`, that no `\` escapes.
fn check_lists(row: &Row, user: &User, teams: &Teams, effective: &[EffectiveSkill]) {
    let [.., team_names, assigned, in_effect, _, _, _] = row.cells();
    let mut expected = teams.values().map(|team| (team.name.to_string(), None)).collect::<Vec<_>>();
    expected.sort();
    if teams.len() == 1 && expected[0].0.is_empty() {
        expected.clear();
    }
    assert_eq!(list(team_names), expected);
    let assigned_skills = user.managed.assigned_skills.iter().map(|(name, level)| (name.to_string(), *level));
    assert!(list(assigned).into_iter().eq(assigned_skills), "{assigned}");
    let effective = effective.iter().map(|skill| (skill.skill.to_string(), skill.level));
    assert!(list(in_effect).into_iter().eq(effective), "{in_effect}");
}

fn list(cell: &str) -> Vec<(String, Option<Level>)> {
    let (mut parts, mut chars) = (vec![[String::new(), String::new()]], cell.chars());
    let mut side = 0;
    while let Some(c) = chars.next() {
        let part = parts.last_mut().expect("there is one");
        match c {
            ';' => {
                parts.push([String::new(), String::new()]);
                side = 0;
            }
            ':' => side = 1,
            '\\' => part[side].extend(chars.next()),
            c => part[side].push(c),
        }
    }
    let is_empty = cell.is_empty();
    let level = |level: &str| (!level.is_empty()).then(|| Level(level.parse().expect("a level")));
    parts.into_iter().filter(|_| !is_empty).map(|[name, of]| (name, level(&of))).collect()
}

const fn level(index: usize) -> Option<Level> {
    match index % 3 {
        0 => None,
        1 => Some(Level(80)),
        _ => Some(Level(-5)),
    }
}

fn team(index: usize, name: &str, skill: Option<&(SkillName, Option<Level>)>) -> (TeamId, Team) {
    let team_id = TeamId::new(Uuid::from_u128(index as u128 + 1));
    let name = from_value(json!(name)).expect("a name is stored as its text");
    let mut team = Team::new(team_id, name, Timestamp::UNIX_EPOCH);
    team.skills = skill.cloned().into_iter().collect();
    (team_id, team)
}

/// The records of a file (RFC 4180): cells between commas, lines that end with CR LF; a cell with a comma, a quotation mark, CR
/// or LF stands between quotation marks, which are doubled inside.
fn records(mut file: &str) -> Vec<Vec<String>> {
    let mut records = vec![Vec::new()];
    loop {
        let (cell, rest) = cell(file);
        records.last_mut().expect("there is one").push(cell);
        if let Some(rest) = rest.strip_prefix(',') {
            file = rest;
        } else {
            file = rest.strip_prefix("\r\n").expect("a cell ends with a comma or CR LF");
            if file.is_empty() {
                return records;
            }
            records.push(Vec::new());
        }
    }
}

fn cell(text: &str) -> (String, &str) {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '"', '\r', '\n']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut cell = String::new();
    loop {
        let (part, after) = rest.split_once('"').expect("a quoted cell ends");
        cell.push_str(part);
        let Some(after) = after.strip_prefix('"').inspect(|_| cell.push('"')) else { return (cell, after) };
        rest = after;
    }
}

/// What a cell may be taken apart at: where the decimal separator is a comma, spreadsheets separate cells by `;`, and a tab or
/// the end of a line separates them elsewhere.
fn pieces(cell: &str) -> impl Iterator<Item = &str> {
    cell.split_inclusive([';', '\t', '\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
}

const FORMULAS: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// Whether no piece begins a formula, and the cell with nothing that may lead to one, unless a `'` makes it text.
fn begins_no_formula(cell: &str) -> bool {
    let skipped = |c: char| c == '"' || shows_nothing(c);
    let suspects = ['\t', '\r', '\n', '\0'];
    pieces(cell).all(|piece| !piece.trim_start_matches(skipped).starts_with(FORMULAS)) && !cell.starts_with(suspects)
}

/// The cell without the `'` before each piece that would begin a formula, whatever quotes stand before that.
fn undone(cell: &str) -> String {
    let mut text = String::new();
    for (index, piece) in pieces(cell).enumerate() {
        let quoted = |c: char| c == '\'' || c == '"';
        let is_formula = piece.trim_start_matches(|c| quoted(c) || shows_nothing(c)).starts_with(FORMULAS);
        let is_suspect = index == 0 && piece.trim_start_matches(quoted).starts_with(['\t', '\r', '\n', '\0']);
        let is_defused = is_formula || is_suspect;
        text.push_str(if is_defused { piece.strip_prefix('\'').expect("a formula is defused") } else { piece });
    }
    text
}

/// White space, control and format characters, what is default-ignorable, and what is drawn as a blank.
fn shows_nothing(c: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    c.is_whitespace()
        || matches!(category, Control | Format | LineSeparator | ParagraphSeparator)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || BTreeSet::from(['\u{2800}', '\u{1D159}', '\u{13441}', '\u{13442}']).contains(&c)
}
