import type { SkillPreset } from '../api/types.js';
import type { App } from '../app.js';

/** The skills of a preset in words; those that were deleted are marked. */
export function presetSkills({ text, format }: App, { skills }: SkillPreset): string {
  return format.list(
    skills.map(({ skill, level, in_catalog }) => {
      const words = text.pages.skill(skill, level);
      return in_catalog ? words : text.presets.gone(words);
    }),
  );
}
