import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ListedUser, SkillPreset } from '../api/types.js';
import { Change, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { all } from '../list/choices.js';
import { missingLetters } from '../list/search_text.js';
import { PageView } from '../page.js';
import { Resource, shown } from '../resource.js';
import { presetSkills } from '../skills/preset_skills.js';
import { planFailure, startPlan } from './planning.js';
import type { BulkRequest } from './run.js';

const FOUND = 10;
const DEBOUNCE_MS = 60;
const MODES = ['add', 'replace'] as const;

/** Plans that users get the skills of a person or of a preset. Fires `closed`. */
class CopySkills extends PageView {
  static override properties = { ...PageView.properties, users: { attribute: false } };
  declare users: BulkRequest['users'];
  private presets!: Resource<SkillPreset[]>;
  private found!: Resource<ListedUser[]>;
  private change!: Change;
  /** A preset; else it is copied from a person. */
  private presetId = '';
  private person: ListedUser | undefined;
  private mode: (typeof MODES)[number] = 'add';
  private q = '';
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected override begin(): Resource<unknown>[] {
    const { api } = this.app;
    this.change ??= new Change(this.app.session);
    this.presets = new Resource(this.app, (signal) =>
      all((cursor) =>
        api.send('get', '/skill-presets', { query: { limit: 100, ...(cursor ? { cursor } : {}) }, signal }),
      ),
    );
    this.found = new Resource(this.app, (signal) => this.search(signal));
    this.watch(this.change);
    return [this.presets, this.found];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
  }

  override firstUpdated(): void {
    this.one('#copy-source')?.focus();
  }

  override render(): TemplateResult {
    const { app, change } = this;
    const { bulk, actions } = app.text;
    const { copy } = bulk;
    return html`
      <form class="stack" aria-label=${copy.title} tabindex="-1" @keydown=${this.escaped}
        @submit=${submitted(() => void this.send())}>
        <div class="stack" ?inert=${change.isWorking}>
          ${this.source()} ${this.preset ? this.shownPreset(this.preset) : this.personField()}
          <fieldset>
            <legend>${copy.mode}</legend>
            ${MODES.map((mode) => this.choice(mode))}
          </fieldset>
        </div>
        <div class="buttons">
          ${sendButton(app, change, bulk.plan)}
          <button type="button" class="button" @click=${this.close}>${actions.cancel}</button>
        </div>
        <p class="hint">${copy.means} ${bulk.planMeans}</p>
        ${planFailure(app, change, () => void this.send())}
      </form>`;
  }

  private source(): TemplateResult {
    const { app } = this;
    const { copy } = app.text.bulk;
    const chosen = (event: Event): void => {
      this.presetId = (event.target as HTMLSelectElement).value;
      this.change.forget();
    };
    return html`
      <div class="field">
        <label for="copy-source">${copy.source}</label>
        <select id="copy-source" @change=${chosen}>
          <option value="" .selected=${live(this.presetId === '')}>${copy.person}</option>
          ${(this.presets.value ?? []).map(
            ({ preset_id, name }) =>
              html`<option value=${preset_id} .selected=${live(this.presetId === preset_id)}>${copy.preset(name)}</option>`,
          )}
        </select>
      </div>
      ${this.presets.error ? shown(app, this.presets, () => html``) : nothing}`;
  }

  private shownPreset(preset: SkillPreset): TemplateResult {
    return html`<p class="hint" data-copied>${presetSkills(this.app, preset)}</p>`;
  }

  private personField(): TemplateResult {
    const { app, person } = this;
    const { copy } = app.text.bulk;
    if (person) {
      return html`
        <p data-copied><bdi>${person.name}</bdi> ${person.email ?? ''}
          <button type="button" class="link-button" @click=${this.another}>${copy.another}</button></p>`;
    }
    const missing = missingLetters(this.q);
    return html`
      <div class="field">
        <label for="copy-person">${copy.find}</label>
        <input id="copy-person" type="search" autocomplete="off" maxlength="254" dir="auto" .value=${live(this.q)}
          aria-describedby="copy-person-hint" @input=${this.typed}>
        <span class="hint" id="copy-person-hint">${missing > 0 ? app.text.list.typeMore(missing) : nothing}</span>
      </div>
      ${this.q && missing === 0 ? shown(app, this.found, (users) => this.foundUsers(users)) : nothing}`;
  }

  private foundUsers(users: ListedUser[]): TemplateResult {
    const { list, bulk } = this.app.text;
    return html`
      <ul class="rows" data-found>
        ${users.length === 0 ? html`<li>${list.noMatch}</li>` : nothing}
        ${users.map(
          (user) => html`<li>
            <button type="button" class="link-button" aria-label=${bulk.copy.from(user.name)}
              @click=${() => this.choose(user)}><bdi>${user.name}</bdi></button> <span>${user.email ?? ''}</span>
          </li>`,
        )}
      </ul>`;
  }

  private choice(mode: (typeof MODES)[number]): TemplateResult {
    const chosen = (): void => {
      this.mode = mode;
      this.change.forget();
    };
    return html`<label><input type="radio" name="copy-mode" .checked=${live(this.mode === mode)} @change=${chosen}>
      ${this.app.text.bulk.copy.modes[mode]}</label>`;
  }

  protected override get isUnsaved(): boolean {
    return this.presetId !== '' || this.person !== undefined || this.q !== '';
  }

  private get preset(): SkillPreset | undefined {
    return this.presets.value?.find(({ preset_id }) => preset_id === this.presetId);
  }

  /** Whose skills are to be copied is not offered as the source. */
  private async search(signal: AbortSignal): Promise<ListedUser[]> {
    if (!this.q || missingLetters(this.q) > 0) return [];
    const { items } = await this.app.api.send('get', '/users', { query: { q: this.q, limit: FOUND }, signal });
    const ids = this.users.ids ?? [];
    return items.filter(({ user_id }) => !ids.includes(user_id) || ids.length > 1);
  }

  private readonly typed = (event: Event): void => {
    this.q = (event.target as HTMLInputElement).value;
    this.change.forget();
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.found.load(), DEBOUNCE_MS);
  };

  private choose(person: ListedUser): void {
    this.person = person;
    this.change.forget();
    this.focusOn('[data-copied] button');
  }

  private readonly another = (): void => {
    this.person = undefined;
    this.change.forget();
    this.focusOn('#copy-person');
  };

  private async send(): Promise<void> {
    const { mode, person, preset, users } = this;
    const from = preset ? { preset_id: preset.preset_id } : person && { user_id: person.user_id };
    if (!from) {
      this.one('#copy-person')?.focus();
      return;
    }
    const edit = { users, change: { skills: { copy_from: { ...from, mode } } } };
    await startPlan(this, this.change, { edit }, () => {
      this.clear();
      this.drafts.set(this.draftName);
    });
  }

  private clear(): void {
    Object.assign(this, { presetId: '', person: undefined, q: '' });
  }

  private readonly close = (): void => {
    if (this.change.isWorking) return;
    this.clear();
    this.change.forget();
    this.dispatchEvent(new Event('closed'));
  };

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };
}

define('roster-copy-skills', CopySkills);
