//! `GET /flex/skills` and `POST /flex/skills/import`: the skills that Flex's configuration defines, and the catalog (rule 16).

use lambda_http::Request;
use serde::{Deserialize, Serialize};

use app::{
    AuthenticatedCaller, TimeAndIds,
    flex_skills::{FlexSkillsError, Import, ImportedSkill, Importer, compare_with_catalog, import},
};
use domain::{
    Level, Skill, SkillName, SkillSetName,
    flex_skills::{Agreement, ComparedSkill, FlexSkill},
};
use http_api::{HttpResult, Problem, body::body, request::Query, response::json};
use store::{CommitSkill, ReadSnapshot, ViewCatalog};
use twilio::FetchFlexConfiguration;

pub async fn compare(store: &impl ViewCatalog, flex: &impl FetchFlexConfiguration, request: &Request) -> HttpResult {
    Query::read(request, &[])?;
    let compared = compare_with_catalog(store, flex).await.map_err(problem)?;
    json(200, &Comparison { items: compared.iter().map(shown).collect() })
}

#[derive(Serialize)]
struct Comparison<'a> {
    items: Vec<ShownSkill<'a>>,
}

/// A skill on both sides; a side that lacks it is null.
#[derive(Serialize)]
struct ShownSkill<'a> {
    skill: &'a SkillName,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    flex: Option<Definition>,
    catalog: Option<CatalogSkill<'a>>,
}

/// In the words of Flex's configuration.
#[derive(Serialize)]
struct Definition {
    multivalue: bool,
    minimum: Option<Level>,
    maximum: Option<Level>,
}

#[derive(Serialize)]
struct CatalogSkill<'a> {
    skill_set: &'a SkillSetName,
    levels: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Level>,
    level_required: bool,
}

fn shown(compared: &ComparedSkill) -> ShownSkill<'_> {
    let detail = match &compared.agreement {
        Agreement::Unusable(refusal) => Some(refusal.to_string()),
        Agreement::Same | Agreement::Missing | Agreement::Differs | Agreement::OnlyInCatalog => None,
    };
    let definition = |defined: &FlexSkill| {
        let &FlexSkill { multivalue, minimum, maximum, .. } = defined;
        Definition { multivalue, minimum, maximum }
    };
    ShownSkill {
        skill: &compared.name,
        state: compared.agreement.name(),
        detail,
        flex: compared.defined.as_ref().map(definition),
        catalog: compared.catalog.as_ref().map(in_catalog),
    }
}

fn in_catalog(skill: &Skill) -> CatalogSkill<'_> {
    CatalogSkill {
        skill_set: &skill.skill_set,
        levels: skill.levels.is_some(),
        min: skill.levels.map(|levels| levels.min),
        max: skill.levels.map(|levels| levels.max),
        level_required: skill.level_required,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImportBody {
    skill_set: Option<String>,
}

pub async fn import_all(
    store: &(impl ReadSnapshot + ViewCatalog + CommitSkill),
    flex: &impl FetchFlexConfiguration,
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let ImportBody { skill_set } = body(request)?;
    let skill_set = skill_set.as_deref().map_or_else(|| Ok(SkillSetName::flex()), SkillSetName::parse)?;
    let imported = import(store, flex, time_and_ids, Importer::Caller(caller), &skill_set).await.map_err(problem)?;
    json(200, &report(&imported))
}

#[derive(Serialize)]
struct ImportReport<'a> {
    items: Vec<WrittenSkill<'a>>,
    unusable: Vec<UnusableDefinition<'a>>,
    left: usize,
}

#[derive(Serialize)]
struct WrittenSkill<'a> {
    skill: &'a SkillName,
    created: bool,
    #[serde(flatten)]
    now: CatalogSkill<'a>,
}

#[derive(Serialize)]
struct UnusableDefinition<'a> {
    skill: &'a SkillName,
    detail: String,
}

fn report(Import { written, unusable, left }: &Import) -> ImportReport<'_> {
    let items = written.iter().map(|ImportedSkill { skill, is_new }| WrittenSkill {
        skill: &skill.name,
        created: *is_new,
        now: in_catalog(skill),
    });
    let unusable = unusable.iter().map(|(skill, refusal)| UnusableDefinition { skill, detail: refusal.to_string() });
    ImportReport { items: items.collect(), unusable: unusable.collect(), left: *left }
}

fn problem(error: FlexSkillsError) -> Problem {
    match error {
        FlexSkillsError::Change(error) => error.into(),
        FlexSkillsError::Twilio(error) => Problem::unavailable(&error),
    }
}
