//! The list as CSV (rules 29 and 30): RFC 4180, UTF-8 with BOM.
//!
//! A file is [`BOM`], then the [`HEADER`], then rows; [`begin`] writes the first two, and [`writer`] goes on
//! with a file begun before. In a cell of several teams or skills the names are written as they are, also where
//! they hold a `;` or `:` themselves: these cells are for readers; programs use the API.
//!
//! A cell that a spreadsheet would take for a formula is defused with a leading `'`, as OWASP advises
//! (<https://owasp.org/www-community/attacks/CSV_Injection>): one that begins with `=`, `+`, `-`, `@`, their
//! full-width forms, tab, CR, LF, or NUL (ASVS 1.2.10). OWASP adds that this is not enough, since separators
//! and quotes may begin a cell in the midst of a text. They do: where the decimal separator is a comma, spreadsheets
//! separate cells by `;` and know no quotes but at a cell's beginning. So what follows a `;` or a line break is
//! defused as well, with or without quotes before it. OWASP also notes that Excel may drop a `'` when it saves
//! the file and opens it again; its other remedy, a tab, would stay in the data, and rule 30 names the `'`.

use std::io;

use crate::{EffectiveSkill, Level, TeamId, User, WorkerSid, skill::Skills, team::Teams};

/// The byte order mark, from which spreadsheets tell UTF-8; once, at the beginning.
pub const BOM: &str = "\u{feff}";

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

/// The row of one user: a cell for each column, not defused yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row([String; HEADER.len()]);

impl Row {
    /// Takes the user, at least the teams they are in, and their effective skills. A team that is not among
    /// `teams` shows as its id; a disabled skill is not in effect and left out. Times are RFC 3339, in UTC.
    #[must_use]
    pub fn new(user: &User, teams: &Teams, effective: &[EffectiveSkill]) -> Self {
        Self([
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
        ])
    }

    /// The cells, in the order of the [`HEADER`].
    #[must_use]
    pub const fn cells(&self) -> &[String; HEADER.len()] {
        &self.0
    }
}

/// Begins a file: BOM and header.
pub fn begin<W: io::Write>(mut to: W) -> csv::Result<csv::Writer<W>> {
    to.write_all(BOM.as_bytes())?;
    let mut csv = writer(to);
    csv.write_record(HEADER)?;
    Ok(csv)
}

/// Goes on with a file: RFC 4180, quotes where they are needed.
pub fn writer<W: io::Write>(to: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to)
}

/// Writes a row, each cell defused (rule 30).
pub fn write_row<W: io::Write>(csv: &mut csv::Writer<W>, row: &Row) -> csv::Result<()> {
    csv.write_record(row.cells().iter().map(|cell| defused(cell)))
}

fn team_names(user: &User, teams: &Teams) -> String {
    let name = |id: &TeamId| teams.get(id).map_or_else(|| id.to_string(), |team| team.name.to_string());
    let mut names: Vec<String> = user.managed.teams.iter().map(name).collect();
    names.sort_unstable();
    names.join(";")
}

fn assigned(skills: &Skills) -> String {
    joined(skills.iter().map(|(name, level)| with_level(name.as_str(), *level)))
}

fn in_effect(skills: &[EffectiveSkill]) -> String {
    joined(skills.iter().filter(|skill| !skill.disabled).map(|of| with_level(of.skill.as_str(), of.level)))
}

/// Skills in order of name: one skill comes once, so no level decides.
fn joined(skills: impl Iterator<Item = String>) -> String {
    skills.collect::<Vec<_>>().join(";")
}

fn with_level(name: &str, level: Option<Level>) -> String {
    level.map_or_else(|| name.to_owned(), |level| format!("{name}:{level}"))
}

/// What makes a formula, at the beginning of a cell.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Characters that a spreadsheet may skip at the beginning of a cell before a formula.
const SKIPPED: [char; 4] = ['\t', '\r', '\n', '\0'];

/// What may end a cell in the midst of a text.
const ENDS: [char; 3] = [';', '\r', '\n'];

/// The cell with a `'` wherever a formula could begin. Different cells stay different: one `'` less at the
/// same places gives the text back.
fn defused(cell: &str) -> String {
    let pieces = cell.split_inclusive(ENDS).enumerate();
    pieces.flat_map(|(i, piece)| [if is_formula(piece, i == 0) { "'" } else { "" }, piece]).collect()
}

fn is_formula(piece: &str, first: bool) -> bool {
    let inner = piece.trim_start_matches(['\'', '"']);
    inner.starts_with(FORMULA) || (first && inner.starts_with(SKIPPED))
}

#[cfg(test)]
mod tests;
