//! The catalog of skills.

use serde::Serialize;

use domain::{Skill, SkillName, skill::IMPORTED};

use crate::{Directory, TableError, items, keys};

/// Reads the catalog.
pub trait ViewSkill {
    /// The skill of this name, or none.
    fn skill(&self, name: &SkillName) -> impl Future<Output = Result<Option<Skill>, TableError>> + Send;
}

impl ViewSkill for Directory {
    async fn skill(&self, name: &SkillName) -> Result<Option<Skill>, TableError> {
        self.get(&keys::skill(name)).await?.map(items::read).transpose()
    }
}

#[derive(Serialize)]
struct SkillSet<'a> {
    name: &'a str,
}

impl Directory {
    /// Puts a skill set if its name is new; whether it was.
    pub async fn create_skill_set(&self, name: &str) -> Result<bool, TableError> {
        self.put_new(items::item(&keys::skill_set(name), "skill_set", &SkillSet { name })?).await
    }

    /// Puts a skill if its name is new; whether it was.
    pub async fn create_skill(&self, skill: &Skill) -> Result<bool, TableError> {
        self.put_new(items::skill(skill)?).await
    }

    /// Adds those of these skills that the catalog does not know, in the skill set "Imported" (rule 23).
    pub async fn import_skills(&self, names: impl Iterator<Item = &SkillName>) -> Result<(), TableError> {
        let names = names.collect::<Vec<_>>();
        let keys = names.iter().map(|name| keys::skill(name)).collect::<Vec<_>>();
        let known = self.get_many(&keys).await?.into_iter().map(items::read::<Skill>);
        let known = known.map(|skill| skill.map(|skill| skill.name)).collect::<Result<Vec<_>, _>>()?;
        let unknown = names.into_iter().filter(|name| !known.contains(name)).collect::<Vec<_>>();
        if !unknown.is_empty() {
            self.create_skill_set(IMPORTED).await?;
        }
        for name in unknown {
            self.create_skill(&Skill::imported(name.clone())).await?;
        }
        Ok(())
    }
}
