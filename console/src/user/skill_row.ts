import { html, nothing, type TemplateResult } from 'lit';
import type { Skill, User } from '../api/types.js';
import { define } from '../define.js';
import { icon } from '../icons.js';
import type { View } from '../view.js';
import { type Change, assignedLevel } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { type Source, consequences, inWords, levelText, sourcesOf, winner } from './consequences.js';
import { Form } from './form.js';
import { levelField, levelOf } from './level_field.js';

/** What is unsaved of a skill is named so. */
const DRAFT = 'skill-';
export const draftOf = (skill: string): string => DRAFT + skill;

/** The skills of which something is unsaved, whatever has become of them meanwhile. */
export function skillsOf(drafts: Set<string>): string[] {
  return [...drafts].filter((name) => name.startsWith(DRAFT)).map((name) => name.slice(DRAFT.length));
}

/** One skill of a user: where it comes from, its level, which is changed in place, and *Remove*. */
class SkillRow extends Form {
  static override properties = { ...Form.properties, skill: { attribute: false }, done: { attribute: false } };
  declare skill: string;
  /** Called after each change; the row may be gone by then. */
  declare done: (row: View) => void;
  /** The level as it is typed; `null`: without one. `undefined`: nothing is being changed. */
  private draft: string | null | undefined;
  /** The assigned level for which the draft is made. */
  private base: number | null | undefined;
  private conflict: Conflict | undefined;
  private isStale = false;
  private isAsking = false;

  override willUpdate(): void {
    const now = assignedLevel(this.opened.user!, this.skill);
    if (now === this.base || this.isWorking) return;
    if (this.draft !== undefined && this.wanted !== now) this.conflict = this.conflictWith(now);
    else this.draft = undefined;
    this.base = now;
  }

  override render(): TemplateResult | typeof nothing {
    const user = this.opened.user!;
    const { skills } = this.app.text.user;
    const effective = user.effective_skills.find((known) => known.skill === this.skill);
    const sources = sourcesOf(user, this.opened.choices.teams).get(this.skill) ?? [];
    const counts = winner(sources);
    const overridden = sources.filter((source) => source !== counts && source.team && source.level !== null);
    const mayAssign = this.app.session.may('assign_skills') && user.status !== 'deleted';
    return html`
      <div class="skill-head">
        <h3 dir="auto">${this.skill}${counts && counts.level !== null ? html` <span>${levelText(this.app, counts.level)}</span>` : nothing}</h3>
        <span class="chip">${counts?.team ? skills.fromTeam(counts.team.name) : skills.assigned}</span>
        ${effective?.disabled ? html`<span class="chip warning">${skills.disabled}</span>` : nothing}
        ${mayAssign && this.base !== undefined
          ? html`<button type="button" class="icon-button" aria-label=${skills.removeOf(this.skill)} title=${skills.remove}
              data-remove aria-expanded=${this.isAsking ? 'true' : 'false'} @click=${this.askToRemove}>${icon('delete')}</button>`
          : nothing}
      </div>
      ${overridden.length > 0
        ? html`<p class="hint">${this.app.format.list(overridden.map(({ team, level }) =>
            skills.overrides(team!.name, levelText(this.app, level))))}</p>`
        : nothing}
      ${effective?.disabled ? html`<p class="hint">${skills.disabledHint}</p>` : nothing}
      ${mayAssign ? this.editing(effective?.disabled ?? false) : nothing}
      ${this.isAsking ? this.confirmation(user) : nothing}
      ${this.conflict || this.isStale
        ? conflicts(this.app, this.controls, this.conflict ? [this.conflict] : [], this.choose) : nothing}
      ${this.error && !this.isStale && !this.conflict ? this.failure(this.error, this.again) : nothing}`;
  }

  private editing(isDisabled: boolean): TemplateResult {
    const { skills } = this.app.text.user;
    const catalog = this.catalog;
    const inherited = this.inherited;
    const shown = this.draft === undefined ? this.base : this.draft;
    const start = (level: number | null | undefined): void => this.change(level === null || level === undefined ? '' : String(level));
    const first = (): number | null => winner(inherited)?.level ?? catalog?.max ?? null;
    return html`
      ${catalog?.levels && shown !== null && shown !== undefined
        ? levelField(this.app, { id: this.controls, skill: catalog, text: String(shown), inherited, changed: this.change })
        : nothing}
      <div class="buttons small">
        ${catalog?.levels && (shown === null || shown === undefined)
          ? html`<button type="button" class="link-button" data-level @click=${() => start(first())}>${this.base === undefined
              ? skills.override(this.skill) : skills.setLevel(this.skill)}</button>`
          : nothing}
        ${catalog?.levels && this.base !== undefined && shown !== null && !this.needsLevel
          ? html`<button type="button" class="link-button" @click=${() => this.change(null)}>${skills.withoutLevel(this.skill)}</button>`
          : nothing}
        ${isDisabled && !this.isUnsaved
          ? html`<button type="button" class="button" @click=${this.enable}>${skills.enable(this.skill)}</button>`
          : nothing}
      </div>
      ${this.isUnsaved ? this.saving() : nothing}`;
  }

  private saving(): TemplateResult {
    const { actions, user } = this.app.text;
    const isValid = this.wanted !== undefined && (!this.conflict || this.conflict.choice);
    const lines = this.lines(this.wanted);
    return html`
      ${lines.length > 0 ? html`<p class="consequence" id="${this.controls}-does" dir="auto">${lines.join('. ')}</p>` : nothing}
      <div class="buttons">
        <button type="button" class="button primary" aria-describedby=${lines.length > 0 ? `${this.controls}-does` : nothing}
          aria-disabled=${isValid && !this.isWorking ? 'false' : 'true'} @click=${this.save}>
          ${this.isWorking ? actions.working : user.skills.saveLevel(this.skill)}</button>
        <button type="button" class="button" @click=${this.discard}>${user.edit.discard}</button>
      </div>`;
  }

  private confirmation(user: User): TemplateResult {
    const { actions, user: { skills } } = this.app.text;
    const lines = this.lines(undefined);
    return html`
      <div class="confirmation" role="group" tabindex="-1" aria-labelledby="${this.controls}-asks" @keydown=${this.closeOnEscape}>
        <h4 class="title" id="${this.controls}-asks" dir="auto">${skills.asksToRemove(this.skill, user.name)}</h4>
        <p dir="auto">${lines.length > 0 ? lines.join('. ') : skills.removalDoesNothing}</p>
        <div class="buttons">
          <button type="button" class="button destructive" aria-disabled=${this.isWorking ? 'true' : 'false'} @click=${this.unassign}>
            ${this.isWorking ? actions.working : skills.removeOf(this.skill)}</button>
          <button type="button" class="button" @click=${this.keep}>${actions.cancel}</button>
        </div>
      </div>`;
  }

  private get again(): () => void {
    return this.isAsking ? this.unassign : this.draft === undefined ? this.enable : this.save;
  }

  protected get form(): string {
    return draftOf(this.skill);
  }

  /** An id has no blanks. */
  private get controls(): string {
    return this.form.replace(/\s/g, '_');
  }

  private get catalog(): Skill | undefined {
    return this.opened.choices.skills.find((known) => known.skill === this.skill);
  }

  private get inherited(): Source[] {
    return (sourcesOf(this.opened.user!, this.opened.choices.teams).get(this.skill) ?? []).filter((source) => source.team);
  }

  private get needsLevel(): boolean {
    return Boolean(this.catalog?.level_required) && (winner(this.inherited)?.level ?? null) === null;
  }

  /** The level that is to be assigned; `undefined` if what is typed is none. */
  private get wanted(): number | null | undefined {
    if (this.draft === null || this.draft === undefined) return this.draft;
    return this.catalog ? levelOf(this.draft, this.catalog) : undefined;
  }

  protected get isUnsaved(): boolean {
    return this.draft !== undefined && (this.draft === null ? this.base !== null : this.draft !== String(this.base));
  }

  private lines(level: number | null | undefined): string[] {
    const user = this.opened.user!;
    if (level === undefined && !this.isAsking) return [];
    const changes = consequences(user, this.opened.choices.teams, { skills: new Map([[this.skill, level]]) });
    return changes.map((change) => inWords(this.app, user.name, change));
  }

  private conflictWith(now: number | null | undefined): Conflict {
    const { consequence, skills } = this.app.text.user;
    const theirs = now === undefined ? skills.notAssigned : levelText(this.app, now);
    return { field: 'level', label: this.skill, mine: this.draft ?? consequence.noLevel, theirs };
  }

  private readonly choose = (conflict: Conflict, choice: 'mine' | 'theirs'): void => {
    if (choice === 'theirs') this.discard();
    else this.conflict = { ...conflict, choice };
    this.requestUpdate();
  };

  private readonly change = (draft: string | null): void => {
    this.draft = draft;
    this.error = undefined;
    this.requestUpdate();
    this.sayLater(this.lines(this.wanted));
    void this.updateComplete.then(() => {
      if (!this.contains((this.getRootNode() as ShadowRoot).activeElement)) this.one('input')?.focus();
    });
  };

  private readonly save = (): void => {
    const level = this.wanted;
    if (level === undefined || (this.conflict && !this.conflict.choice)) return;
    void this.send({ kind: 'assign', skill: this.skill, level });
  };

  private readonly enable = (): void => void this.send({ kind: 'assign', skill: this.skill, level: this.base ?? null });
  private readonly unassign = (): void => void this.send({ kind: 'remove', skill: this.skill });

  private async send(change: Change): Promise<void> {
    this.isStale = false;
    const made = await this.make([change]);
    this.isStale = this.error?.kind === 'stale';
    if (made !== true) return;
    Object.assign(this, { draft: undefined, conflict: undefined, isAsking: false });
    this.opened.setDraft(this.form, false);
    this.requestUpdate();
    this.done(this);
  }

  private readonly discard = (): void => {
    Object.assign(this, { draft: undefined, conflict: undefined, error: undefined, isStale: false });
    void this.focusOn('input, button');
  };

  private readonly askToRemove = (): void => {
    this.isAsking = !this.isAsking;
    this.error = undefined;
    void this.focusOn('[role=group]');
  };

  private readonly keep = (): void => {
    this.isAsking = false;
    this.error = undefined;
    void this.focusOn('[data-remove]');
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.keep();
  };
}

define('roster-skill-row', SkillRow);
