import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Place } from '../address.js';
import type { Skill } from '../api/types.js';
import type { App } from '../app.js';
import { problem } from '../problem.js';
import type { Choices } from './choices.js';

interface Option {
  value: string;
  label: string;
}

/** The filters besides the search. */
export function filters(app: App, choices: Choices): TemplateResult {
  const {
    text,
    address: { place },
  } = app;
  const named = (words: object): Option[] => Object.entries(words).map(([value, label]) => ({ value, label }));
  const any = { value: '', label: text.common.any };
  const teams = choices.teams.map((team) => ({ value: team.team_id, label: team.name }));
  const skills = choices.skills.map((skill) => ({ value: skill.skill, label: skill.skill }));
  return html`
    ${select(app, 'status', text.list.status, named(text.statuses))}
    ${select(app, 'role', text.list.role, [any, ...named(text.roles)])}
    ${select(app, 'team', text.list.team, [any, ...known(teams, place.team)])}
    ${select(app, 'skill', text.list.skill, [any, ...known(skills, place.skill)])}
    ${
      place.skill
        ? level(
            app,
            choices.skills.find((skill) => skill.skill === place.skill),
          )
        : nothing
    }
    ${select(app, 'sync', text.list.sync, [any, ...named(text.syncs)])}
    ${
      choices.error
        ? problem(app, choices.error, { kept: text.list.choicesMissing, retry: () => void choices.load() })
        : nothing
    }`;
}

/** What is filtered by is among the options, also while they are not loaded or if it no longer exists. */
function known(options: Option[], value: string): Option[] {
  const isThere = !value || options.some((option) => option.value === value);
  return isThere ? options : [{ value, label: value }, ...options];
}

function select(app: App, name: keyof Place, label: string, options: Option[]): TemplateResult {
  const changed = (event: Event): void => filterBy(app, { [name]: (event.target as HTMLSelectElement).value });
  const current = app.address.place[name];
  return html`
    <div class="field">
      <label for="filter-${name}">${label}</label>
      <select id="filter-${name}" @change=${changed}>
        ${options.map(
          ({ value, label }) => html`
          <option value=${value} .selected=${live(value === current)}>${label}</option>`,
        )}
      </select>
    </div>`;
}

function level(app: App, skill: Skill | undefined): TemplateResult | typeof nothing {
  if (skill && !skill.levels) return nothing;
  const {
    text,
    format,
    address: { place },
  } = app;
  const outOfRange = place.min_level !== '' && skill !== undefined && !isWithin(place.min_level, skill);
  const range = (skill: Skill): string =>
    text.list.levelRange(skill.skill, format.number(skill.min ?? 0), format.number(skill.max ?? 0));
  const changed = (event: Event): void => filterBy(app, { min_level: (event.target as HTMLInputElement).value.trim() });
  return html`
    <div class="field level">
      <label for="filter-min_level">${text.list.minLevel}</label>
      <input id="filter-min_level" inputmode="numeric" autocomplete="off" .value=${place.min_level}
        aria-invalid=${outOfRange ? 'true' : 'false'} aria-describedby="min-level-hint" @change=${changed}>
      <span id="min-level-hint" class=${outOfRange ? 'field-error' : 'hint'}>${skill ? range(skill) : nothing}</span>
    </div>`;
}

function isWithin(text: string, skill: Skill): boolean {
  return /^\d+$/.test(text) && Number(text) >= (skill.min ?? 0) && Number(text) <= (skill.max ?? Infinity);
}

/** Another filter begins at the first page; the level belongs to its skill. */
function filterBy(app: App, changes: Partial<Place>): void {
  const level = 'skill' in changes ? { min_level: '' } : {};
  app.address.go({ ...changes, ...level, after: '', pages: '1' });
}
