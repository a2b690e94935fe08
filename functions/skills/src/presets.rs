//! `/skill-presets`: skills with levels, kept under a name, to be assigned to users by bulk jobs.

use lambda_http::Request;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use app::{
    AuthenticatedCaller, TimeAndIds,
    presets::{change_preset, create_preset, delete_preset},
};
use domain::{
    Level, PresetId, PresetName, Refusal, Skill, SkillName, Time,
    preset::{PresetEdit, SkillPreset, check_count},
};
use http_api::{
    HttpResult, Problem,
    body::body,
    entity_tag::if_match,
    idempotency::ResourceId,
    request::{Query, path},
    response::{created, empty, json, versioned},
};
use store::{CommitPreset, Cursor, ListPresets, PRESETS_FINGERPRINT, ReadSet, ReadSnapshot, StoreError};

#[derive(Serialize)]
struct ShownPreset<'a> {
    preset_id: PresetId,
    name: &'a PresetName,
    skills: Vec<ShownSkill<'a>>,
    version: u64,
    created_at: Time,
    updated_at: Time,
}

#[derive(Serialize)]
struct ShownSkill<'a> {
    skill: &'a SkillName,
    level: Option<Level>,
    /// False once it was deleted: the preset is then not copied.
    in_catalog: bool,
}

#[derive(Serialize)]
struct List<'a> {
    items: Vec<ShownPreset<'a>>,
    next_cursor: Option<String>,
}

type Catalog = BTreeMap<SkillName, Skill>;

fn shown<'a>(preset: &'a SkillPreset, catalog: &Catalog) -> ShownPreset<'a> {
    let in_catalog = |skill| catalog.contains_key(skill);
    let skills = preset.skills.iter();
    let skills = skills.map(|(skill, &level)| ShownSkill { skill, level, in_catalog: in_catalog(skill) }).collect();
    let SkillPreset { preset_id, ref name, skills: _, version, created_at, updated_at } = *preset;
    ShownPreset { preset_id, name, skills, version, created_at, updated_at }
}

/// Those of the presets' skills that exist.
async fn catalog_of(store: &impl ReadSnapshot, presets: &[SkillPreset]) -> Result<Catalog, StoreError> {
    let skills = presets.iter().flat_map(|preset| preset.skills.keys().cloned()).collect();
    Ok(store.snapshot(&ReadSet { skills, ..ReadSet::default() }).await?.skills)
}

/// `GET /skill-presets`: in order of name.
pub async fn list(store: &(impl ListPresets + ReadSnapshot), request: &Request) -> HttpResult {
    let query = Query::read(request, &["limit", "cursor"])?;
    let (presets, next) = store.list_presets(query.cursor(PRESETS_FINGERPRINT)?, query.limit()?).await?;
    let catalog = catalog_of(store, &presets).await?;
    let items = presets.iter().map(|preset| shown(preset, &catalog)).collect();
    json(200, &List { items, next_cursor: next.as_ref().map(Cursor::encode) })
}

/// `GET /skill-presets/{preset_id}`.
pub async fn preset(store: &impl ReadSnapshot, request: &Request) -> HttpResult {
    Query::read(request, &[])?;
    let preset_id = path(request, "preset_id")?;
    let read_set = ReadSet { presets: [preset_id].into(), ..ReadSet::default() };
    let preset = store.snapshot(&read_set).await?.presets.remove(&preset_id);
    respond(store, preset.ok_or_else(|| Refusal::UnknownPreset((&preset_id).into()))?).await
}

async fn respond(store: &impl ReadSnapshot, preset: SkillPreset) -> HttpResult {
    let catalog = catalog_of(store, std::slice::from_ref(&preset)).await?;
    versioned(preset.version, &shown(&preset, &catalog))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkillLevel {
    skill: String,
    level: Option<i64>,
}

fn skills(listed: &[SkillLevel]) -> Result<Vec<(SkillName, Option<Level>)>, Problem> {
    check_count(listed.len())?;
    let parse = |SkillLevel { skill, level }: &SkillLevel| {
        let name = SkillName::adopted(skill).ok_or_else(|| Refusal::UnknownSkill(skill.into()))?;
        Ok((name, level.map(Level)))
    };
    listed.iter().map(parse).collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPreset {
    name: String,
    skills: Vec<SkillLevel>,
}

/// `POST /skill-presets`.
pub async fn create(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
    id: ResourceId,
) -> HttpResult {
    let new = body::<NewPreset>(request)?;
    let (name, skills, preset_id) = (PresetName::parse(&new.name)?, skills(&new.skills)?, PresetId::new(id.uuid()));
    let preset = create_preset(store, time_and_ids, caller, preset_id, &name, &skills).await?;
    let catalog = catalog_of(store, std::slice::from_ref(&preset)).await?;
    created(&format!("/skill-presets/{preset_id}"), preset.version, &shown(&preset, &catalog))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    name: Option<String>,
    skills: Option<Vec<SkillLevel>>,
}

/// `PATCH /skill-presets/{preset_id}`.
pub async fn edit(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let Edit { name, skills: listed } = body(request)?;
    let (preset_id, expected) = (path(request, "preset_id")?, if_match(request)?);
    let name = name.as_deref().map(PresetName::parse).transpose()?;
    let edit = PresetEdit { name, skills: listed.as_deref().map(skills).transpose()? };
    respond(store, change_preset(store, time_and_ids, caller, preset_id, &expected, &edit).await?).await
}

/// `DELETE /skill-presets/{preset_id}`.
pub async fn delete(
    store: &(impl ReadSnapshot + CommitPreset),
    time_and_ids: &impl TimeAndIds,
    caller: &AuthenticatedCaller,
    request: &Request,
) -> HttpResult {
    let (preset_id, expected) = (path(request, "preset_id")?, if_match(request)?);
    delete_preset(store, time_and_ids, caller, preset_id, &expected).await?;
    empty(&[])
}
