import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill } from '../api/types.js';
import type { App } from '../app.js';
import type { Source } from './consequences.js';
import { levelText } from './consequences.js';

interface LevelField {
  id: string;
  skill: Skill;
  /** As it was typed. */
  text: string;
  /** The inherited levels that an assigned one overrides. */
  inherited: Source[];
  changed: (text: string) => void;
}

/** Page Up and Page Down move so far, whatever the range. */
const PAGE = 10;

/** The level that the text states, if the skill has it. */
export function levelOf(text: string, skill: Skill): number | undefined {
  const level = /^\d+$/.test(text.trim()) ? Number(text) : NaN;
  return level >= (skill.min ?? 0) && level <= (skill.max ?? 0) ? level : undefined;
}

/** A slider and a number, which are always the same. A number out of range is explained, and stays as it is typed. */
export function levelField(app: App, { id, skill, text, inherited, changed }: LevelField): TemplateResult {
  const words = app.text.user.level;
  const { format } = app;
  const { min = 0, max = 0 } = skill;
  const level = levelOf(text, skill);
  const overridden = inherited.filter((source) => source.level !== null);
  const over = overridden.map(({ team, level }) => words.overrides(levelText(app, level), team!.name));
  const spoken =
    level === undefined
      ? words.outOfRange(format.number(min), format.number(max))
      : [words.of(format.number(level), format.number(max)), ...over].join(', ');
  const typed = (event: Event): void => changed((event.target as HTMLInputElement).value);
  const page = (event: KeyboardEvent): void => {
    const step = { PageUp: PAGE, PageDown: -PAGE }[event.key];
    if (!step) return;
    event.preventDefault();
    changed(String(Math.min(max, Math.max(min, (level ?? min) + step))));
  };
  return html`
    <div class="level-field" @keydown=${page}>
      <input id="${id}-slider" type="range" min=${min} max=${max} step="1" .value=${live(String(level ?? text))}
        aria-label=${words.sliderOf(skill.skill)} aria-valuetext=${spoken} @input=${typed}>
      <label class="unseen" for=${id}>${words.levelOf(skill.skill)}</label>
      <input id=${id} inputmode="numeric" autocomplete="off" .value=${live(text)} @input=${typed}
        aria-invalid=${level === undefined ? 'true' : 'false'} aria-describedby="${id}-hint">
      <span id="${id}-hint" class="field-error">${
        level === undefined ? words.outOfRange(format.number(min), format.number(max)) : nothing
      }</span>
    </div>`;
}
