//! What is to become of the user of a row.

use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

use super::{CLEARED, Column, FAULT_COLUMNS, FileFacts, Row, RowFault, Values};
use crate::{
    Identity, Level, Quoted, Refusal, Role, Skill, SkillName, Status, TeamId, TeamName, User,
    bulk::{BulkEdit, SkillEdit, SkillsEdit, TeamsEdit},
    effective::effective_skills,
    export::{self, BOM, VERSION_LINE, defused, undefused},
    provisioning::ProvisionedUser,
    skill::Skills,
    team::Teams,
    user::Managed,
};

/// What a user who is not there yet has nothing of.
const SYSTEM_OWNED: [Column; 5] =
    [Column::EffectiveSkills, Column::WorkerSid, Column::CreatedAt, Column::UpdatedAt, Column::TemporarySkills];

/// Why nothing is made of a row, and the column it is about, if it is about one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowRefusal {
    pub column: Option<Column>,
    pub refusal: Refusal,
}

impl From<RowFault> for RowRefusal {
    fn from(fault: RowFault) -> Self {
        Self { column: None, refusal: Refusal::Row(fault) }
    }
}

impl From<Refusal> for RowRefusal {
    fn from(refusal: Refusal) -> Self {
        Self { column: Column::of_refusal(&refusal), refusal }
    }
}

fn of_column(column: Column) -> impl Fn(RowFault) -> RowRefusal {
    move |fault| RowRefusal { column: Some(column), refusal: Refusal::Row(fault) }
}

/// What the names of a file stand for.
#[derive(Debug, Clone, Copy)]
pub struct ResolvedNames<'a> {
    /// By their [order keys](TeamName::order_key).
    pub team_ids: &'a BTreeMap<String, TeamId>,
    /// At least the teams of the user, and those of the row that exist.
    pub teams: &'a Teams,
    /// At least the skills of the row that exist.
    pub skills: &'a BTreeMap<SkillName, Skill>,
}

impl ResolvedNames<'_> {
    fn team(&self, text: &str) -> Result<TeamId, RowRefusal> {
        let of_name = TeamName::parse(text).ok().and_then(|name| self.team_ids.get(&name.order_key()).copied());
        // Of a team that could not be read an export shows the id.
        let of_id = || text.trim().parse().ok().filter(|id| self.teams.contains_key(id));
        let unknown = || of_column(Column::Teams)(RowFault::UnknownTeam(text.into()));
        of_name.or_else(of_id).ok_or_else(unknown)
    }

    fn teams(&self, of: &[String]) -> Result<BTreeSet<TeamId>, RowRefusal> {
        of.iter().map(|text| self.team(text)).collect()
    }

    /// The skill that is spelled so; else without the blanks around it.
    fn skill(&self, text: &str) -> Result<SkillName, RowRefusal> {
        let spelled = [text, text.trim()].into_iter().filter_map(SkillName::adopted);
        let known = spelled.into_iter().find(|name| self.skills.contains_key(name));
        known.ok_or_else(|| of_column(Column::AssignedSkills)(RowFault::UnknownSkill(text.into())))
    }

    fn skills(&self, of: &[(String, Option<Level>)]) -> Result<Skills, RowRefusal> {
        let mut skills = Skills::new();
        for (text, level) in of {
            if skills.insert(self.skill(text)?, *level).is_some() {
                return Err(of_column(Column::AssignedSkills)(RowFault::RepeatedSkill(text.into())));
            }
        }
        Ok(skills)
    }
}

impl Values {
    /// What is made of the user: what differs from what the row states. Refused if the row states another value of what is not
    /// decided here.
    pub fn edit(&self, user: &User, named: ResolvedNames<'_>) -> Result<BulkEdit, RowRefusal> {
        let is_older = self.check_kept(user, named.teams)?;
        let managed = &user.managed;
        let teams = self.teams.as_ref().map(|teams| named.teams(teams)).transpose()?;
        let teams = teams.and_then(|wanted| {
            let add = wanted.difference(&managed.teams).copied().collect();
            let remove = managed.teams.difference(&wanted).copied().collect();
            TeamsEdit { add, remove }.not_empty()
        });
        let skills = self.assigned_skills.as_ref().map(|skills| named.skills(skills)).transpose()?;
        let skills = skills.map(|wanted| skill_edits(&managed.assigned_skills, &wanted));
        let edit = BulkEdit {
            role: self.role.filter(|role| *role != managed.role),
            status: self.status.filter(|status| *status != managed.status),
            act_as_agent: self.act_as_agent(managed),
            teams,
            skills: skills.filter(|each| !each.is_empty()).map(SkillsEdit::Each),
            ..BulkEdit::default()
        };
        if is_older && !edit.is_empty() {
            return Err(of_column(Column::UpdatedAt)(RowFault::Stale(user.updated_at)));
        }
        Ok(edit)
    }

    /// What the row states of Act as Agent, unless the user has that already. Where the role changes it is stated in any case:
    /// otherwise an agent who is raised would get it (rule 11). Of an agent it means nothing.
    fn act_as_agent(&self, managed: &Managed) -> Option<bool> {
        let role = self.role.unwrap_or(managed.role);
        self.act_as_agent.filter(|acts| role != Role::Agent && (role != managed.role || *acts != managed.act_as_agent))
    }

    /// The user whom the row adds.
    pub fn added(&self, identity: &Identity, named: ResolvedNames<'_>) -> Result<ProvisionedUser, RowRefusal> {
        if let Some(status) = self.status.filter(|status| *status != Status::Active) {
            return Err(of_column(Column::Status)(RowFault::AddedStatus(status)));
        }
        for column in SYSTEM_OWNED {
            if let Some(says) = self.kept(column) {
                return Err(of_column(column)(RowFault::OfAdded(says.into())));
            }
        }
        let name = self.kept(Column::Name).unwrap_or(identity.as_str());
        if name.trim() == CLEARED {
            return Err(of_column(Column::Name)(RowFault::NotCleared));
        }
        let mut added = ProvisionedUser::new(identity.as_str(), name, self.kept(Column::Email).map(str::trim))?;
        added.role = self.role.unwrap_or(added.role);
        added.act_as_agent = self.act_as_agent.unwrap_or_default();
        added.teams = named.teams(self.teams.as_deref().unwrap_or_default())?;
        let skills = named.skills(self.assigned_skills.as_deref().unwrap_or_default())?;
        added.assigned_skills = skills.into_iter().collect();
        Ok(added)
    }

    /// Refuses what the row says of columns that are not decided here, if the user is otherwise. Whether the row is older than
    /// the user, as its `updated_at` says: then what follows from other changes may differ.
    fn check_kept(&self, user: &User, teams: &Teams) -> Result<bool, RowRefusal> {
        let effective = effective_skills(user, teams.values());
        let row = export::Row::new(user, teams, &effective);
        let is_older = match self.kept(Column::UpdatedAt) {
            None => false,
            Some(says) => {
                let at = says.trim().parse::<Timestamp>().ok().filter(|at| *at <= *user.updated_at);
                let fault = || RowFault::UpdatedAt { is: user.updated_at, says: says.into() };
                at.ok_or_else(|| of_column(Column::UpdatedAt)(fault()))? < *user.updated_at
            }
        };
        let cells = Column::EXPORTED.into_iter().zip(row.cells().iter().map(String::as_str));
        for (column, is) in cells.chain([(Column::TemporarySkills, row.temporary_skills())]) {
            let Some(says) = self.kept(column) else { continue };
            let moves = matches!(column, Column::EffectiveSkills | Column::WorkerSid | Column::TemporarySkills);
            let is_same = match column {
                Column::UpdatedAt => true,
                Column::Identity => is_same_identity(user, says),
                _ => says == is || says.trim() == is.trim(),
            };
            let is_kept = is_same || moves && is_older;
            if !is_kept {
                let (is, says) = (Quoted::from(is), Quoted::from(says));
                let fault = match column {
                    Column::EffectiveSkills => RowFault::Effective { is, says },
                    _ => RowFault::Kept { is, says },
                };
                return Err(of_column(column)(fault));
            }
        }
        Ok(is_older)
    }
}

/// Also where a spreadsheet has taken it for a number, and dropped zeros.
fn is_same_identity(user: &User, says: &str) -> bool {
    let is = user.identity.as_str();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let same = Identity::reported(says).is_some_and(|says| says == user.identity) || says.trim() == is.trim();
    let number = |text: &'_ str| text.trim().trim_start_matches('0').to_owned();
    same || is_number(is) && is_number(says.trim()) && number(says) == number(is)
}

fn skill_edits(is: &Skills, wanted: &Skills) -> BTreeMap<SkillName, SkillEdit> {
    let removed = is.keys().filter(|name| !wanted.contains_key(*name)).map(|name| (name.clone(), SkillEdit::Remove));
    let assigned = wanted.iter().filter(|(name, level)| is.get(*name) != Some(*level));
    removed.chain(assigned.map(|(name, level)| (name.clone(), SkillEdit::Assign(*level)))).collect()
}

/// The rows as a file that can be corrected and sent again, each with its number, column and reason. Without rows, its head, as
/// that of the file that was sent: the headings, and those of what is wrong.
pub fn failed_rows(
    &FileFacts { separator, has_version, .. }: &FileFacts,
    headings: &[String],
    columns: &[Column],
    rows: &[(Row, Option<Column>, String)],
) -> csv::Result<Vec<u8>> {
    let mut csv = csv::WriterBuilder::new()
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(if rows.is_empty() { BOM.as_bytes().to_vec() } else { Vec::new() });
    let own = |cells: &[String]| {
        let cells = cells.iter().map(String::as_str).chain(std::iter::repeat(""));
        let cells = columns.iter().zip(cells).filter(|(column, _)| **column != Column::Fault);
        // Defused as an export is, also where a spreadsheet has taken the `'` off (rule 30).
        cells.map(|(_, cell)| defused(&undefused(cell))).collect::<Vec<_>>()
    };
    if rows.is_empty() {
        // Only where the file has one: it is read without, too.
        if has_version {
            csv.write_record([VERSION_LINE])?;
        }
        csv.write_record(own(headings).into_iter().chain(FAULT_COLUMNS.map(str::to_owned)))?;
    }
    for (row, column, reason) in rows {
        let column = column.map_or("", Column::name).to_owned();
        let fault = [row.number.to_string(), column, defused(reason)];
        // What a row has too much of stands behind everything else.
        let surplus = row.cells.iter().skip(columns.len()).map(|cell| defused(&undefused(cell)));
        csv.write_record(own(&row.cells).into_iter().chain(fault).chain(surplus))?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}
