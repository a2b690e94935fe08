//! `flex-roster skills`: the skills that Flex's configuration defines are compared with the catalog, or imported into it
//! (rule 16).

use std::{fmt::Write as _, process::ExitCode};

use app::{
    SystemTimeAndIds,
    flex_skills::{Import, ImportedSkill, Importer, compare_with_catalog, import},
};
use domain::{
    LevelRange, Skill, SkillSetName,
    flex_skills::{Agreement, ComparedSkill, FlexSkill},
};
use serde_json::{Value, json};
use store::Directory;
use twilio::Client;

use crate::{
    Outcome,
    output::{self, Output, Report},
    workspace,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Compares and writes nothing; this is the default. The exit code is 1 if the catalog is not as Flex defines.
    #[arg(long, conflicts_with = "import")]
    compare: bool,
    /// Creates the skills that the catalog lacks, and gives those that differ the levels that Flex defines.
    #[arg(long)]
    import: bool,
    /// The skill set of the skills that are created; it is created if there is none. The default is "Flex".
    #[arg(long, value_name = "NAME", requires = "import")]
    skill_set: Option<String>,
}

pub async fn run(args: Args, output: Output) -> Outcome {
    let only_compares = args.compare || !args.import;
    let skill_set = args.skill_set.as_deref().map_or_else(|| Ok(SkillSetName::flex()), SkillSetName::parse)?;
    let (store, flex) = (Directory::from_env()?, workspace::client().await?);
    if only_compares {
        let compared = Comparison(compare_with_catalog(&store, &flex).await?);
        output.report(&compared);
        return Ok(exit_code(compared.agrees()));
    }
    let imported = import_everything(&store, &flex, &skill_set).await?;
    output.report(&imported);
    Ok(exit_code(imported.unusable.is_empty()))
}

const fn exit_code(is_good: bool) -> ExitCode {
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// As many imports as it takes.
async fn import_everything(
    store: &Directory,
    flex: &Client,
    skill_set: &SkillSetName,
) -> Result<Import, Box<dyn std::error::Error>> {
    let mut whole = Import::default();
    loop {
        let importer = Importer::Operator("flex-roster skills --import");
        let part = import(store, flex, &SystemTimeAndIds, importer, skill_set).await?;
        let is_over = part.left == 0 || part.written.is_empty();
        whole = Import { written: [whole.written, part.written].concat(), ..part };
        if is_over {
            return Ok(whole);
        }
        output::progress(&format!("skills written: {}", whole.written.len()));
    }
}

struct Comparison(Vec<ComparedSkill>);

impl Comparison {
    fn agrees(&self) -> bool {
        self.0.iter().all(|skill| matches!(skill.agreement, Agreement::Same | Agreement::OnlyInCatalog))
    }
}

impl Report for Comparison {
    fn text(&self) -> String {
        let row = |skill: &ComparedSkill| {
            let defined = skill.defined.as_ref().map_or_else(String::new, definition);
            let (set, levels) = skill.catalog.as_ref().map(in_catalog).unwrap_or_default();
            vec![skill.name.to_string(), skill.agreement.name().replace('_', " "), defined, set, levels]
        };
        let mut text = output::table(
            &["skill", "state", "Flex", "skill set", "catalog"],
            &self.0.iter().map(row).collect::<Vec<_>>(),
        );
        for skill in &self.0 {
            if let Agreement::Unusable(refusal) = &skill.agreement {
                // Writing to a string does not fail.
                let _ = writeln!(text, "{}: {refusal}", skill.name);
            }
        }
        text
    }

    fn json(&self) -> Value {
        let item = |skill: &ComparedSkill| {
            let detail =
                if let Agreement::Unusable(refusal) = &skill.agreement { Some(refusal.to_string()) } else { None };
            let flex = skill.defined.as_ref().map(|defined| {
                json!({"multivalue": defined.multivalue, "minimum": defined.minimum, "maximum": defined.maximum})
            });
            let catalog = skill.catalog.as_ref().map(skill_json);
            json!({"skill": skill.name, "state": skill.agreement.name(), "detail": detail, "flex": flex, "catalog": catalog})
        };
        json!({"items": self.0.iter().map(item).collect::<Vec<_>>()})
    }
}

impl Report for Import {
    fn text(&self) -> String {
        let row = |ImportedSkill { skill, is_new }: &ImportedSkill| {
            let (set, levels) = in_catalog(skill);
            vec![skill.name.to_string(), if *is_new { "created" } else { "changed" }.to_owned(), set, levels]
        };
        let rows = self.written.iter().map(row).collect::<Vec<_>>();
        let mut text = output::table(&["skill", "change", "skill set", "catalog"], &rows);
        for (skill, refusal) in &self.unusable {
            let _ = writeln!(text, "not imported: {skill}: {refusal}");
        }
        text
    }

    fn json(&self) -> Value {
        let written = |written: &ImportedSkill| json!({"skill": skill_json(&written.skill), "created": written.is_new});
        let unusable =
            self.unusable.iter().map(|(skill, refusal)| json!({"skill": skill, "detail": refusal.to_string()}));
        json!({
            "items": self.written.iter().map(written).collect::<Vec<_>>(),
            "unusable": unusable.collect::<Vec<_>>(),
        })
    }
}

fn skill_json(skill: &Skill) -> Value {
    json!({
        "skill": skill.name,
        "skill_set": skill.skill_set,
        "levels": skill.levels,
        "level_required": skill.level_required,
    })
}

fn definition(defined: &FlexSkill) -> String {
    let bound = |level: Option<domain::Level>| level.map_or_else(|| "any".to_owned(), |level| level.to_string());
    if defined.multivalue {
        format!("{} to {}", bound(defined.minimum), bound(defined.maximum))
    } else {
        "no levels".to_owned()
    }
}

/// The skill set, and the levels.
fn in_catalog(skill: &Skill) -> (String, String) {
    let levels = match (skill.levels, skill.level_required) {
        (None, _) => "no levels".to_owned(),
        (Some(LevelRange { min, max }), true) => format!("{min} to {max}"),
        (Some(LevelRange { min, max }), false) => format!("{min} to {max}, optional"),
    };
    (skill.skill_set.to_string(), levels)
}
