import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill } from './api/types.js';
import type { App } from './app.js';

/** Whether a text is a level that the skill can have; none is one if the skill does not need it. */
export function isLevel(text: string, skill: Skill): boolean {
  if (text === '') return !skill.level_required;
  return /^\d+$/.test(text) && Number(text) >= (skill.min ?? 0) && Number(text) <= (skill.max ?? Infinity);
}

/** The body of an assignment with this level. */
export function levelOf(text: string): { level?: number } {
  return text === '' ? {} : { level: Number(text) };
}

export function levelRange(app: App, skill: Skill): string {
  const number = (value: number | undefined): string => app.format.number(value ?? 0);
  return app.text.list.levelRange(skill.skill, number(skill.min), number(skill.max));
}

/** A field for a level. What is out of range is explained, not changed. */
export function levelField(
  app: App,
  id: string,
  skill: Skill,
  value: string,
  changed: (value: string) => void,
): TemplateResult {
  const isWrong = !isLevel(value, skill);
  const typed = (event: Event): void => changed((event.target as HTMLInputElement).value.trim());
  return html`
    <div class="field level">
      <label for=${id}>${app.text.teams.levelOf(skill.skill)}</label>
      <input id=${id} inputmode="numeric" autocomplete="off" .value=${live(value)} aria-invalid=${isWrong ? 'true' : 'false'}
        aria-describedby="${id}-hint" @input=${typed}>
      <span id="${id}-hint" class=${isWrong ? 'field-error' : 'hint'}>${levelRange(app, skill)}
        ${skill.level_required ? app.text.teams.levelNeeded : ''}</span>
    </div>`;
}
