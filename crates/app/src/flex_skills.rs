//! The skills that Flex's configuration defines: compared with the catalog, and imported into it (rule 16).

use domain::{
    Refusal, Skill, SkillName, SkillSetName,
    audit::Action,
    catalog::SkillSet,
    flex_skills::{Agreement, ComparedSkill, FlexSkill, compare},
    permissions::{Operation, authorize},
};
use jiff::Timestamp;
use store::{ChangeOrigin, CommitSkill, ReadSet, ReadSnapshot, Snapshot, ViewCatalog};
use thiserror::Error;
use twilio::{FetchFlexConfiguration, TwilioError};
use uuid::Uuid;

use crate::{AuthenticatedCaller, ChangeContext, ChangeError, TimeAndIds, change::retry_on_conflict};

/// The skills that one import creates and changes, each in a transaction of its own: some seconds.
const MAX_CHANGES: usize = 200;

/// Why definitions are neither compared nor imported.
#[derive(Debug, Error)]
pub enum FlexSkillsError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Twilio(#[from] TwilioError),
}

impl From<Refusal> for FlexSkillsError {
    fn from(refusal: Refusal) -> Self {
        Self::Change(refusal.into())
    }
}

/// The author of an import.
#[derive(Debug, Clone, Copy)]
pub enum Importer<'a> {
    Caller(&'a AuthenticatedCaller),
    /// An operator's command, which stands in the audit records as the request's id.
    Operator(&'a str),
}

/// What an import has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    pub written: Vec<ImportedSkill>,
    /// Definitions that the catalog cannot hold.
    pub unusable: Vec<(SkillName, Refusal)>,
    /// How many skills the next import is to create or change, because this one has done what one may.
    pub left: usize,
}

/// A skill as an import has written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedSkill {
    pub skill: Skill,
    pub is_new: bool,
}

/// Every skill that Flex's configuration or the catalog has, in order of name.
pub async fn compare_with_catalog(
    store: &impl ViewCatalog,
    flex: &impl FetchFlexConfiguration,
) -> Result<Vec<ComparedSkill>, FlexSkillsError> {
    let configuration = flex.fetch_flex_configuration().await?.ok_or(Refusal::NoFlexConfiguration)?;
    let catalog = store.skills().await.map_err(ChangeError::from)?;
    Ok(compare(&configuration.skills, &catalog))
}

/// Creates the skills that the catalog lacks in this skill set, which is created if none has its name, and gives those that
/// differ the levels that Flex defines. Each is one change with its audit record: what fails half-way is continued by the next
/// import.
pub async fn import(
    store: &(impl ReadSnapshot + ViewCatalog + CommitSkill),
    flex: &impl FetchFlexConfiguration,
    time_and_ids: &impl TimeAndIds,
    importer: Importer<'_>,
    skill_set: &SkillSetName,
) -> Result<Import, FlexSkillsError> {
    let compared = compare_with_catalog(store, flex).await?;
    let mut import = Import::default();
    let mut is_set_ready = false;
    for ComparedSkill { name, defined, agreement, .. } in compared {
        match (defined, agreement) {
            (_, Agreement::Same | Agreement::OnlyInCatalog) | (None, _) => {}
            (Some(_), Agreement::Unusable(refusal)) => import.unusable.push((name, refusal)),
            (Some(_), _) if import.written.len() == MAX_CHANGES => import.left += 1,
            (Some(defined), agreement) => {
                if agreement == Agreement::Missing && !is_set_ready {
                    prepare_skill_set(store, time_and_ids, importer, skill_set).await?;
                    is_set_ready = true;
                }
                import.written.extend(import_skill(store, time_and_ids, importer, skill_set, &defined).await?);
            }
        }
    }
    Ok(import)
}

async fn prepare_skill_set(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    importer: Importer<'_>,
    name: &SkillSetName,
) -> Result<(), ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { skill_sets: [name.clone()].into(), ..ReadSet::default() };
        let context = ImportContext::read(store, time_and_ids, importer, read_set).await?;
        if context.snapshot().skill_sets.contains_key(name) {
            return Ok(());
        }
        let set = SkillSet::new(name.clone(), time_and_ids.random_id());
        set.check_name(context.snapshot().skill_sets.values().next())?;
        Ok(store.create_skill_set(&set, context.origin()).await?)
    })
    .await
}

/// None if the skill has become what Flex defines since the comparison.
async fn import_skill(
    store: &(impl ReadSnapshot + CommitSkill),
    time_and_ids: &impl TimeAndIds,
    importer: Importer<'_>,
    skill_set: &SkillSetName,
    defined: &FlexSkill,
) -> Result<Option<ImportedSkill>, ChangeError> {
    retry_on_conflict(|| async {
        let read_set = ReadSet { skills: [defined.name.clone()].into(), ..ReadSet::default() };
        let context = ImportContext::read(store, time_and_ids, importer, read_set).await?;
        let before = context.snapshot().skills.get(&defined.name);
        let after = defined.import(before, skill_set)?;
        if before == Some(&after) {
            return Ok(None);
        }
        let action = if before.is_some() { Action::Edited } else { Action::Imported };
        let skill = store.commit_skill(before, after, context.origin(), action).await?;
        Ok(Some(ImportedSkill { skill, is_new: before.is_none() }))
    })
    .await
}

/// What one change of an import is decided on.
enum ImportContext<'a> {
    Caller(ChangeContext),
    Operator { command: &'a str, snapshot: Snapshot, now: Timestamp, change_id: Uuid },
}

impl<'a> ImportContext<'a> {
    async fn read(
        store: &impl ReadSnapshot,
        time_and_ids: &impl TimeAndIds,
        importer: Importer<'a>,
        read_set: ReadSet,
    ) -> Result<Self, ChangeError> {
        match importer {
            Importer::Caller(caller) => {
                let context = ChangeContext::read(store, time_and_ids, caller, read_set).await?;
                authorize(&context.caller, Operation::ManageSkills)?;
                Ok(Self::Caller(context))
            }
            Importer::Operator(command) => {
                let snapshot = store.snapshot(&read_set).await?;
                let (now, change_id) = (time_and_ids.now(), time_and_ids.ordered_id());
                Ok(Self::Operator { command, snapshot, now, change_id })
            }
        }
    }

    const fn snapshot(&self) -> &Snapshot {
        match self {
            Self::Caller(context) => &context.snapshot,
            Self::Operator { snapshot, .. } => snapshot,
        }
    }

    fn origin(&self) -> ChangeOrigin<'_> {
        match self {
            Self::Caller(context) => context.origin(),
            Self::Operator { command, now, change_id, .. } => ChangeOrigin::operator(command, *now, *change_id),
        }
    }
}
