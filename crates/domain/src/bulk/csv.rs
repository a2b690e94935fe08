//! A plan as CSV, written as an export is: RFC 4180, UTF-8 with BOM, cells defused (rules 29 and 30).

use super::{Assigned, Part, PlannedUser, Temporary};
use crate::{
    Quoted, TeamId,
    export::{BOM, defused, writer},
    team::Teams,
};

const HEADER: [&str; 5] = ["user_id", "name", "outcome", "reason", "changes"];

/// The beginning of the file.
pub fn begin_csv() -> csv::Result<Vec<u8>> {
    let mut csv = writer(BOM.as_bytes().to_vec());
    csv.write_record(HEADER)?;
    csv.into_inner().map_err(|error| error.into_error().into())
}

/// The rows of these lines of a plan. A team that is not among `teams` shows as its id.
pub fn csv_rows(lines: &[PlannedUser], teams: &Teams) -> csv::Result<Vec<u8>> {
    let mut csv = writer(Vec::new());
    for line in lines {
        let changes = line.changes.iter().map(|part| part.sentence(teams));
        let since = line.changed_since.iter().map(|part| format!("changed since: {}", part.sentence(teams)));
        let changes = changes.chain(since).collect::<Vec<_>>().join(", ");
        let reason = line.refusal.as_ref().map_or("", |refusal| refusal.detail.as_str());
        let place = line.row.map(|row| match line.refusal.as_ref().and_then(|refusal| refusal.column.as_deref()) {
            Some(column) => format!("row {row}, {column}: "),
            None => format!("row {row}: "),
        });
        let reason = place.filter(|_| !reason.is_empty()).unwrap_or_default() + reason;
        let name = line.name.as_deref().unwrap_or_default();
        csv.write_record([
            &line.user_id.map(|user_id| user_id.to_string()).unwrap_or_default(),
            &defused(name),
            line.outcome.name(),
            &defused(&reason),
            &defused(&changes),
        ])?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

impl Part {
    /// As a reader of a spreadsheet sees it.
    fn sentence(&self, teams: &Teams) -> String {
        match self {
            Self::Added { identity } => identity
                .as_ref()
                .map_or_else(|| "added".to_owned(), |identity| format!("added as {}", Quoted::from(identity))),
            Self::Role { before, after, .. } => format!("role {before} → {after}"),
            Self::Status { before, after } => format!("status {before} → {after}"),
            Self::ActAsAgent { before, after } => format!("act_as_agent {before} → {after}"),
            Self::Team { team_id, after, .. } => {
                format!("{} team {}", if *after { "joins" } else { "leaves" }, named(team_id, teams))
            }
            Self::Lead { team_id, after, .. } => {
                format!("leads team {}{}", named(team_id, teams), if *after { "" } else { " no more" })
            }
            Self::Skill { skill, before, after } => format!("skill {skill} {} → {}", shown(*before), shown(*after)),
            Self::TemporarySkill { skill, before, after } => {
                format!("temporary skill {skill} {} → {}", for_a_time(*before), for_a_time(*after))
            }
        }
    }
}

fn named(team_id: &TeamId, teams: &Teams) -> String {
    teams.get(team_id).map_or_else(|| team_id.to_string(), |team| team.name.to_string())
}

fn shown(assigned: Option<Assigned>) -> String {
    match assigned {
        None => "not assigned".to_owned(),
        Some(Assigned { level, disabled }) => {
            let level = level.map_or_else(|| "without a level".to_owned(), |level| level.to_string());
            level + if disabled { " (disabled)" } else { "" }
        }
    }
}

fn for_a_time(temporary: Option<Temporary>) -> String {
    let Some(Temporary { level, from, until }) = temporary else { return "none".to_owned() };
    let level = level.map_or_else(|| "without a level".to_owned(), |level| level.to_string());
    format!("{level} from {from} until {until}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, Refusal, SkillName, bulk::Decision, test_support::agent};

    #[test]
    fn rule_24_that_a_skill_is_disabled_is_told() {
        let of = |level: Option<i64>, disabled| Some(Assigned { level: level.map(Level), disabled });
        let (skill, teams) = (SkillName::new("French").unwrap(), Teams::new());
        let part = Part::Skill { skill: skill.clone(), before: of(Some(2), true), after: of(Some(2), false) };
        assert_eq!(part.sentence(&teams), "skill French 2 (disabled) → 2");
        let part = Part::Skill { skill, before: of(None, true), after: None };
        assert_eq!(part.sentence(&teams), "skill French without a level (disabled) → not assigned");
    }

    #[test]
    fn rule_36_a_temporary_skill_is_told_with_its_time() {
        let time = |second| jiff::Timestamp::from_second(second).unwrap().into();
        let of = |level: Option<i64>| Some(Temporary { level: level.map(Level), from: time(0), until: time(60) });
        let skill = SkillName::new("French").unwrap();
        let part = Part::TemporarySkill { skill: skill.clone(), before: None, after: of(Some(5)) };
        let until = "from 1970-01-01T00:00:00.000Z until 1970-01-01T00:01:00.000Z";
        assert_eq!(part.sentence(&Teams::new()), format!("temporary skill French none → 5 {until}"));
        let part = Part::TemporarySkill { skill, before: of(None), after: None };
        assert_eq!(part.sentence(&Teams::new()), format!("temporary skill French without a level {until} → none"));
    }

    #[test]
    fn rule_30_a_plan_opens_in_a_spreadsheet_with_its_cells_defused() {
        let ada = agent("=cmd()");
        let team_id = TeamId::new(uuid::Uuid::nil());
        let level = |level| Some(Assigned { level: Some(Level(level)), disabled: false });
        let skill = Part::Skill { skill: SkillName::new("French").unwrap(), before: None, after: level(5) };
        let joins = Part::Team { team_id, before: false, after: true };
        let changed = PlannedUser::new(Some(ada.user_id), Some(ada.name()), Decision::Change(vec![skill, joins]));
        let refused = PlannedUser::new(Some(ada.user_id), None, Decision::Refused(Refusal::DeletedUser));
        let mut file = begin_csv().unwrap();
        file.extend(csv_rows(&[changed, refused], &Teams::new()).unwrap());
        let text = String::from_utf8(file).unwrap();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("\u{feff}user_id,name,outcome,reason,changes"));
        let row = lines.next().unwrap();
        assert!(row.contains(",'=cmd(),changed,,\"skill French not assigned → 5, joins team 0000"), "{row}");
        assert!(lines.next().unwrap().contains(",,refused,This user is deleted"), "{text}");
    }
}
