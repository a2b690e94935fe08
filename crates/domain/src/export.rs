//! The list as CSV (rules 29 and 30): RFC 4180, UTF-8 with BOM.
//!
//! A file is [`BOM`], then the [`HEADER`], then rows; [`begin`] writes the first two, and [`writer`] goes on
//! with a file begun before.
//!
//! A file that is to be changed and [imported](crate::import) begins with a line of its own before the header, the
//! [`VERSION_LINE`], by which a later deployment recognizes it, and a column of temporary skills behind the others.
//!
//! A cell of several teams or skills joins `name` or `name:level` by `;`. Inside a name, `;`, `:` and `\` have a `\`
//! before them: an adopted skill and a team may be called anything, and a program that splits the cell must not take
//! one for two. So such a cell is read back by undoing the `'`, splitting at each `;`, and a skill at the `:`, that no
//! `\` escapes. A cell that would be [`CLEARED`] has a `\` before it.
//!
//! A cell that a spreadsheet would take for a formula is defused with a leading `'`, as OWASP advises
//! (<https://owasp.org/www-community/attacks/CSV_Injection>): one that begins with `=`, `+`, `-`, `@` or one of their
//! full-width or small forms, whatever blanks, invisible characters and quotes stand before it, since spreadsheets trim
//! some of them; and one that begins with tab, CR, LF, or NUL (ASVS 1.2.10). OWASP adds that this is not enough, since
//! separators and quotes may begin a cell in the midst of a text. They do: where the decimal separator is a comma,
//! spreadsheets separate cells by `;` and know no quotes but at a cell's beginning. So what follows a `;`, a tab or a line
//! break is defused as well. OWASP also notes that Excel may drop a `'` when it saves
//! the file and opens it again; its other remedy, a tab, would stay in the data, and rule 30 names the `'`.

use std::io;

use crate::{
    EffectiveSkill, Level, Record, TeamId, TemporarySkill, TemporarySkills, User, WorkerSid,
    audit::Action,
    search::{StatusFilter, earlier_states, sort_name},
    skill::Skills,
    team::Teams,
    text::{is_blank, is_invisible},
};

/// The byte order mark, from which spreadsheets tell UTF-8; once, at the beginning.
pub const BOM: &str = "\u{feff}";

/// The line before the header of a file for an import.
pub const VERSION_LINE: &str = "flex-roster-users/1";

/// With which the line of every version begins.
pub(crate) const VERSION_PREFIX: &str = "flex-roster-users/";

/// In a file that is imported, the mark of a cell of which nothing is left.
pub const CLEARED: &str = "(none)";

/// The columns, in the order of rule 29.
pub const HEADER: [&str; 13] = [
    "user_id",
    "identity",
    "name",
    "email",
    "role",
    "status",
    "act_as_agent",
    "teams",
    "assigned_skills",
    "effective_skills",
    "worker_sid",
    "created_at",
    "updated_at",
];

/// The column that a file for an import has beyond the [`HEADER`].
pub(crate) const TEMPORARY_SKILLS: &str = "temporary_skills";

/// The row of one user: a cell for each column, not defused yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    cells: [String; HEADER.len()],
    temporary_skills: String,
}

impl Row {
    /// Takes the user, at least the teams they are in, and their effective skills. A team that is not among
    /// `teams` shows as its id; a disabled skill is not in effect and left out. Times are RFC 3339, in UTC.
    #[must_use]
    pub fn new(user: &User, teams: &Teams, effective: &[EffectiveSkill]) -> Self {
        let cells = [
            user.user_id.to_string(),
            user.identity.to_string(),
            user.name().to_owned(),
            user.email().unwrap_or_default().to_owned(),
            user.managed.role.to_string(),
            user.managed.status.to_string(),
            user.managed.act_as_agent.to_string(),
            team_names(user, teams),
            assigned(&user.managed.assigned_skills),
            in_effect(effective),
            user.taskrouter.worker_sid.as_ref().map(WorkerSid::to_string).unwrap_or_default(),
            user.created_at.to_string(),
            user.updated_at.to_string(),
        ];
        Self { cells, temporary_skills: temporary(&user.managed.temporary_skills) }
    }

    /// The cells, in the order of the [`HEADER`].
    #[must_use]
    pub const fn cells(&self) -> &[String; HEADER.len()] {
        &self.cells
    }

    /// The cell that only a file for an import has: the skills that the user has for a time, or will have.
    #[must_use]
    pub fn temporary_skills(&self) -> &str {
        &self.temporary_skills
    }
}

/// Begins a file: BOM and header; before it the line of the version, if the file is to be imported.
pub fn begin<W: io::Write>(mut to: W, for_import: bool) -> csv::Result<csv::Writer<W>> {
    to.write_all(BOM.as_bytes())?;
    if for_import {
        write!(to, "{VERSION_LINE}\r\n")?;
    }
    let mut csv = writer(to);
    csv.write_record(HEADER.into_iter().chain(for_import.then_some(TEMPORARY_SKILLS)))?;
    Ok(csv)
}

/// Continues a file: RFC 4180, quotes where they are needed.
pub fn writer<W: io::Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to)
}

/// Writes a row, each cell defused (rule 30), of a file that was [begun](begin) so.
pub fn write_row<W: io::Write>(csv: &mut csv::Writer<W>, row: &Row, for_import: bool) -> csv::Result<()> {
    let beyond = for_import.then_some(&row.temporary_skills);
    csv.write_record(row.cells().iter().chain(beyond).map(|cell| defused(cell)))
}

/// Whether the user stood at an earlier place of the list before one of these records, which come newest first: an export
/// that has come to where they stand now has passed that place, and may have written them there (rule 29). Of an erased user
/// it cannot be told.
#[must_use]
pub fn was_passed(user: &User, records: &[Record], status: StatusFilter) -> bool {
    let (statuses, place) = (status.statuses(), sort_name(user.name()));
    let is_earlier = |state: &User| statuses.contains(&state.managed.status) && sort_name(state.name()) < place;
    records.iter().any(|record| record.action == Action::Erased) || earlier_states(user, records).iter().any(is_earlier)
}

fn team_names(user: &User, teams: &Teams) -> String {
    let name = |id: &TeamId| teams.get(id).map_or_else(|| id.to_string(), |team| team.name.to_string());
    let mut names: Vec<String> = user.managed.teams.iter().map(name).collect();
    names.sort_unstable();
    joined(names.iter().map(|name| escaped(name)))
}

fn assigned(skills: &Skills) -> String {
    joined(skills.iter().map(|(name, level)| with_level(name.as_str(), *level)))
}

fn temporary(skills: &TemporarySkills) -> String {
    joined(skills.iter().map(|(name, TemporarySkill { level, from, until, .. })| {
        format!("{} from {from} until {until}", with_level(name.as_str(), *level))
    }))
}

fn in_effect(skills: &[EffectiveSkill]) -> String {
    joined(skills.iter().filter(|skill| !skill.disabled).map(|of| with_level(of.skill.as_str(), of.level)))
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let cell = parts.collect::<Vec<_>>().join(";");
    if cell == CLEARED { format!("\\{cell}") } else { cell }
}

fn with_level(name: &str, level: Option<Level>) -> String {
    let name = escaped(name);
    level.map_or_else(|| name.clone(), |level| format!("{name}:{level}"))
}

/// What has a meaning in a cell of several names.
const ESCAPED: [char; 3] = ['\\', ';', ':'];

/// The name inside a cell of several.
fn escaped(name: &str) -> String {
    let with_escape = |c| ESCAPED.contains(&c).then_some('\\').into_iter().chain([c]);
    name.chars().flat_map(with_escape).collect()
}

/// The names of a cell of several teams. Blank ones, which no team has, are left out.
pub(crate) fn split(cell: &str) -> Vec<String> {
    pieces(cell, ';').into_iter().filter(|piece| !piece.trim().is_empty()).map(unescaped).collect()
}

/// The skills of a cell, each with the text of its level if it has one.
pub(crate) fn skill_and_level(cell: &str) -> Vec<(String, Option<String>)> {
    let skill = |piece: &str| match pieces(piece, ':').as_slice() {
        [.., level] if level.len() < piece.len() => {
            (unescaped(&piece[..piece.len() - level.len() - 1]), Some((*level).to_owned()))
        }
        _ => (unescaped(piece), None),
    };
    pieces(cell, ';').into_iter().filter(|piece| !piece.is_empty()).map(skill).collect()
}

/// The text between the separators that no `\` escapes.
fn pieces(text: &str, separator: char) -> Vec<&str> {
    let (mut pieces, mut start, mut is_escaped) = (Vec::new(), 0, false);
    for (at, c) in text.char_indices() {
        if c == separator && !is_escaped {
            pieces.push(&text[start..at]);
            start = at + c.len_utf8();
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    pieces.push(&text[start..]);
    pieces
}

/// Without the escapes of an export. Another `\`, as people write one, stays.
fn unescaped(piece: &str) -> String {
    let mut text = String::with_capacity(piece.len());
    let mut chars = piece.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(&next) if c == '\\' && (ESCAPED.contains(&next) || next == '(') => {
                text.push(next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

/// What makes a formula, at the beginning of a cell.
const FORMULA: [char; 12] = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫'];

/// What a cell must not begin with, even if no formula follows.
const SUSPECT: [char; 4] = ['\t', '\r', '\n', '\0'];

/// What may end a cell in the midst of a text.
const ENDS: [char; 9] = [';', '\t', '\r', '\n', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The cell with a `'` wherever a formula could begin. Different cells stay different: one `'` less at the
/// same places gives the text back.
pub(crate) fn defused(cell: &str) -> String {
    let pieces = cell.split_inclusive(ENDS).enumerate();
    pieces.flat_map(|(i, piece)| [if is_formula(piece, i == 0) { "'" } else { "" }, piece]).collect()
}

/// The text of a cell that may be defused.
pub(crate) fn undefused(cell: &str) -> String {
    let pieces = cell.split_inclusive(ENDS).enumerate();
    let text = |(i, piece): (usize, &'_ str)| match piece.strip_prefix('\'') {
        Some(text) if is_formula(text, i == 0) => text.to_owned(),
        _ => piece.to_owned(),
    };
    pieces.map(text).collect()
}

fn is_formula(piece: &str, first: bool) -> bool {
    let is_quote = |c: char| matches!(c, '\'' | '"');
    piece.trim_start_matches(|c| is_quote(c) || is_blank(c) || is_invisible(c)).starts_with(FORMULA)
        || (first && piece.trim_start_matches(is_quote).starts_with(SUSPECT))
}

#[cfg(test)]
mod tests;
