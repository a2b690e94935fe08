import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill, SkillPreset } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { levelField, levelOf } from '../levels.js';
import { Choices } from '../list/choices.js';
import { PageView } from '../page.js';
import { problem } from '../problem.js';

/** A level that is not needed: a user may inherit one. */
const optional = (skill: Skill): Skill => ({ ...skill, level_required: false });

interface Entry {
  skill: string;
  level: string;
}

interface Typed {
  name: string;
  entries: Entry[];
}

/** Creates a preset, or changes the name and the skills of one. Fires `saved`, `stale` and `cancelled`. */
class PresetForm extends PageView {
  static override properties = { ...PageView.properties, preset: { attribute: false } };
  declare preset: SkillPreset | undefined;
  private choices!: Choices;
  private change!: Change;
  private typed: Typed | undefined;

  protected override begin(): Choices[] {
    this.choices = new Choices(this.app);
    this.change ??= new Change(this.app.session);
    this.watch(this.change);
    return [this.choices];
  }

  override firstUpdated(): void {
    this.one('input')?.focus();
  }

  override render(): TemplateResult {
    const { app, preset, choices } = this;
    const { text } = app;
    const { name, entries } = this.value;
    const title = preset ? text.actions.of(text.actions.edit, preset.name) : text.presets.add;
    const named = (event: Event): void => this.edit({ name: (event.target as HTMLInputElement).value });
    return html`
      <form class="confirmation" aria-label=${title} @submit=${submitted(this.send)} @keydown=${this.escaped}>
        <h3 class="title" dir="auto">${title}</h3>
        <div class="stack" ?inert=${this.change.isWorking}>
          <div class="field">
            <label for="preset-name">${text.list.name}</label>
            <input id="preset-name" required maxlength="64" autocomplete="off" dir="auto" .value=${live(name)} @input=${named}>
          </div>
          <ul class="rows">${entries.map((entry) => this.row(entry))}</ul>
          ${this.add(entries)}
        </div>
        ${choices.error ? problem(app, choices.error, { kept: text.errors.keptInput, retry: this.reload }) : nothing}
        ${failure(app, this.change, this.send, this.stale)}
        <div class="buttons">
          ${sendButton(app, this.change, preset ? text.pages.save : text.presets.create)}
          <button type="button" class="button" @click=${this.cancel}>${text.actions.cancel}</button>
        </div>
      </form>`;
  }

  private row({ skill, level }: Entry): TemplateResult {
    const { app } = this;
    const { text } = app;
    const known = this.known(skill);
    const isGone = this.preset?.skills.some((saved) => saved.skill === skill && !saved.in_catalog);
    return html`
      <li data-preset-skill=${skill}>
        <bdi>${isGone ? text.presets.gone(skill) : skill}</bdi>
        ${known?.levels ? levelField(app, `level-${skill}`, optional(known), level, (typed) => this.enter(skill, typed)) : nothing}
        <button type="button" class="link-button" aria-label=${text.actions.of(text.teams.remove, skill)}
          @click=${() => this.drop(skill)}>${text.teams.remove}</button>
      </li>`;
  }

  private add(entries: Entry[]): TemplateResult {
    const { text } = this.app;
    const left = this.choices.skills.filter(({ skill }) => !entries.some((entry) => entry.skill === skill));
    const chosen = (event: Event): void => {
      const { value: skill } = event.target as HTMLSelectElement;
      if (skill) this.edit({ entries: [...entries, { skill, level: '' }] });
      this.focusOn(this.known(skill)?.levels ? `#level-${CSS.escape(skill)}` : '#preset-skill');
    };
    return html`
      <div class="field">
        <label for="preset-skill">${text.presets.addSkill}</label>
        <select id="preset-skill" ?required=${entries.length === 0} @change=${chosen}>
          <option value="" .selected=${live(true)}>${text.pages.choose}</option>
          ${left.map(({ skill, skill_set }) => html`<option value=${skill}>${skill} (${skill_set})</option>`)}
        </select>
      </div>`;
  }

  /** What is typed, else what the preset has. */
  private get value(): Typed {
    const { preset } = this;
    const entries = preset?.skills.map(({ skill, level }) => ({ skill, level: level === null ? '' : String(level) }));
    return this.typed ?? { name: preset?.name ?? '', entries: entries ?? [] };
  }

  protected override get isUnsaved(): boolean {
    return this.typed !== undefined;
  }

  private known(name: string): Skill | undefined {
    return this.choices.skills.find(({ skill }) => skill === name);
  }

  private edit(changes: Partial<Typed>): void {
    this.typed = { ...this.value, ...changes };
    this.change.forget();
  }

  private enter(skill: string, level: string): void {
    this.edit({ entries: this.value.entries.map((entry) => (entry.skill === skill ? { skill, level } : entry)) });
  }

  private drop(skill: string): void {
    this.edit({ entries: this.value.entries.filter((entry) => entry.skill !== skill) });
    this.focusOn('#preset-skill');
  }

  private readonly send = (): void => {
    const { api, live: said, text } = this.app;
    const { preset } = this;
    const wrong = this.one('[aria-invalid=true]');
    if (wrong) return wrong.focus();
    const { name, entries } = this.value;
    const body = { name: name.trim(), skills: entries.map(({ skill, level }) => ({ skill, ...levelOf(level) })) };
    const path = { preset_id: preset?.preset_id ?? '' };
    const wanted = JSON.stringify(body.skills.map(({ skill, level }) => [skill, level ?? null]).sort());
    void this.change.send(
      (idempotencyKey) =>
        preset
          ? api.send('patch', '/skill-presets/{preset_id}', { path, body, ifMatch: preset.version })
          : api.send('post', '/skill-presets', { body, idempotencyKey }),
      () => {
        said.say(text.skills.saved(body.name));
        this.typed = undefined;
        this.drafts.set(this.draftName);
        this.dispatchEvent(new Event('saved'));
      },
      async () => {
        if (!preset) return undefined;
        const there = await api.send('get', '/skill-presets/{preset_id}', { path });
        const skills = JSON.stringify(there.skills.map(({ skill, level }) => [skill, level]).sort());
        return there.name === body.name && skills === wanted ? there : undefined;
      },
    );
  };

  private readonly stale = (): void => {
    this.change.seeCurrent();
    this.dispatchEvent(new Event('stale'));
  };

  private readonly cancel = (): void => {
    this.drafts.leave(() => this.dispatchEvent(new Event('cancelled')), this.draftName);
  };

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };
}

define('roster-preset-form', PresetForm);
