import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill } from '../api/types.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { type Change, type Period, assignedLevel } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { type Source, consequences, inWords, levelText, sourcesOf, winner } from './consequences.js';
import { Form } from './form.js';
import { levelField, levelOf } from './level_field.js';

const FORM = 'assign';

type Assigning = Extract<Change, { kind: 'assign' | 'lend' }>;

/** One skill to be assigned, as far as it is chosen. */
interface Entry {
  id: number;
  set: string;
  skill: string;
  wantsLevel: boolean;
  level: string;
  isTemporary: boolean;
  /** As the field has them, in the person's own time zone; from now on if `from` is empty. */
  from: string;
  until: string;
}

/** *Assign skills*: several in one go. Fires `closed`. */
class AssignForm extends Form {
  private entries: Entry[] = [entry(0)];
  private count = 1;
  private isTried = false;
  /** Skills that another user has assigned meanwhile, with another level. */
  private conflicts: Conflict[] = [];

  protected override get draftName(): string {
    return FORM;
  }

  protected get isUnsaved(): boolean {
    return this.entries.some((one) => one.skill !== '');
  }

  override firstUpdated(): void {
    this.one('select')?.focus();
  }

  override render(): TemplateResult {
    const {
      actions,
      errors,
      user: { assign },
    } = this.app.text;
    const lines = this.lines();
    const items = lines.map((line) => html`<li><bdi>${line}</bdi></li>`);
    const { error: missing } = this.opened.choices;
    return html`
      <form class="confirmation stack" aria-label=${assign.title} @submit=${this.save} @keydown=${this.closeOnEscape}>
        <h3>${assign.title}</h3>
        ${
          missing
            ? problem(this.app, missing, { kept: errors.keptInput, retry: () => void this.opened.choices.load() })
            : nothing
        }
        <div class="stack" data-fields ?inert=${this.isWorking}>
          ${this.entries.map((one) => this.entry(one))}
          <button type="button" class="link-button" @click=${this.another}>${assign.another}</button>
        </div>
        ${lines.length > 0 ? html`<ul class="consequence" id="assign-does">${items}</ul>` : nothing}
        ${this.error?.kind === 'stale' ? conflicts(this.app, FORM, this.conflicts, this.choose) : nothing}
        ${this.error && this.error.kind !== 'stale' ? this.failure(this.error, () => void this.send()) : nothing}
        <div class="buttons">
          <button class="button primary" aria-disabled=${this.isWorking ? 'true' : 'false'}
            aria-describedby=${lines.length > 0 ? 'assign-does' : nothing}>${
              this.isWorking
                ? actions.working
                : assign.save(this.entries.length, this.app.format.number(this.entries.length))
            }</button>
          <button type="button" class="button" @click=${this.close}>${actions.cancel}</button>
        </div>
      </form>`;
  }

  private entry(one: Entry): TemplateResult {
    const { app } = this;
    const { assign } = app.text.user;
    const skill = this.catalog(one.skill);
    const id = `assign-${one.id}`;
    return html`
      <fieldset class="entry">
        <legend class="unseen">${one.skill || assign.skill}</legend>
        <div class="field">
          <label for="${id}-set">${assign.set}</label>
          <select id="${id}-set" @change=${(event: Event) => this.chooseSet(one, valueOf(event))}>
            <option value="" .selected=${live(one.set === '')}>${app.text.common.any}</option>
            ${this.sets.map((set) => option(set, one.set))}
          </select>
        </div>
        <div class="field">
          <label for="${id}-skill">${assign.skill}</label>
          <select id="${id}-skill" aria-invalid=${this.isTried && !skill ? 'true' : 'false'}
            aria-describedby="${id}-hint"
            @change=${(event: Event) => this.chooseSkill(one, valueOf(event))}>
            <option value="" .selected=${live(one.skill === '')}>${assign.choose}</option>
            ${this.offered(one).map((known) => option(known.skill, one.skill))}
          </select>
          <span id="${id}-hint" class="field-error">${this.isTried && !skill ? assign.chooseFirst : nothing}</span>
        </div>
        ${skill ? this.level(one, skill, id) : nothing}
        ${this.period(one, id)}
        ${
          this.entries.length > 1
            ? html`<button type="button" class="link-button" @click=${() => this.drop(one)}>
                ${assign.drop(one.skill)}</button>`
            : nothing
        }
      </fieldset>`;
  }

  private level(one: Entry, skill: Skill, id: string): TemplateResult {
    const { assign } = this.app.text.user;
    if (!skill.levels) return html`<p class="hint">${assign.noLevels(skill.skill)}</p>`;
    const inherited = this.inherited(skill.skill);
    const isNeeded = needsLevel(skill, inherited);
    const field = { id: `${id}-level`, skill, text: one.level, inherited };
    const changed = (level: string): void => this.set(one, { level });
    return html`
      <div class="field">
        <label class="option"><input type="checkbox" .checked=${live(one.wantsLevel)} ?disabled=${isNeeded}
          aria-describedby="${id}-wants" @change=${(event: Event) =>
            this.set(one, {
              wantsLevel: (event.target as HTMLInputElement).checked,
            })}> <span>${assign.wantsLevel}</span></label>
        <span class="hint" id="${id}-wants">${isNeeded ? assign.levelNeeded : nothing}</span>
      </div>
      ${one.wantsLevel ? levelField(this.app, { ...field, changed }) : nothing}`;
  }

  private period(one: Entry, id: string): TemplateResult {
    const { assign } = this.app.text.user;
    const wrong = this.isTried ? this.wrongPeriod(one) : undefined;
    const field = (name: 'from' | 'until', label: string): TemplateResult => html`
      <div class="field">
        <label for="${id}-${name}">${label}</label>
        <input id="${id}-${name}" type="datetime-local" .value=${live(one[name])} aria-describedby="${id}-period"
          aria-invalid=${wrong && name === 'until' ? 'true' : 'false'}
          @input=${(event: Event) => this.set(one, { [name]: valueOf(event) })}>
      </div>`;
    const toggle = (event: Event): void => this.set(one, { isTemporary: (event.target as HTMLInputElement).checked });
    return html`
      <div class="field">
        <label class="option"><input type="checkbox" id="${id}-temporary" .checked=${live(one.isTemporary)}
          @change=${toggle}> <span>${assign.temporary}</span></label>
      </div>
      ${
        one.isTemporary
          ? html`${field('from', assign.from)} ${field('until', assign.until)}
            <span class=${wrong ? 'field-error' : 'hint'} id="${id}-period">${wrong ?? assign.periodHint}</span>`
          : nothing
      }`;
  }

  /** What is wrong with the time of an entry. */
  private wrongPeriod({ isTemporary, from, until }: Entry): string | undefined {
    const { assign } = this.app.text.user;
    if (!isTemporary) return undefined;
    if (!until) return assign.untilMissing;
    return Date.parse(until) > Math.max(Date.now(), from ? Date.parse(from) : 0) ? undefined : assign.untilTooEarly;
  }

  private get sets(): string[] {
    return [...new Set(this.opened.choices.skills.map((skill) => skill.skill_set))].sort(
      this.app.format.collator.compare,
    );
  }

  /** The skills of the set that are not assigned (those can be for a time), nor chosen in another entry. */
  private offered(one: Entry): Skill[] {
    const taken = this.entries.filter((other) => other !== one).map((other) => other.skill);
    const isFree = ({ skill }: Skill): boolean =>
      skill === one.skill ||
      (!taken.includes(skill) && (one.isTemporary || assignedLevel(this.opened.user!, skill) === undefined));
    return this.opened.choices.skills.filter((skill) => isFree(skill) && (!one.set || skill.skill_set === one.set));
  }

  private catalog(name: string): Skill | undefined {
    return this.opened.choices.skills.find(({ skill }) => skill === name);
  }

  private inherited(skill: string): Source[] {
    const sources = sourcesOf(this.opened.user!, this.opened.choices.teams).get(skill) ?? [];
    return sources.filter((source) => source.team);
  }

  /** What each entry assigns; `undefined` if one is not complete. */
  private get changes(): Assigning[] | undefined {
    const changes: Assigning[] = [];
    for (const one of this.entries) {
      const skill = this.catalog(one.skill);
      const level = skill?.levels && one.wantsLevel ? levelOf(one.level, skill) : null;
      if (!skill || level === undefined || this.wrongPeriod(one)) return undefined;
      changes.push({ skill: one.skill, level, ...kindOf(one) });
    }
    return changes;
  }

  private lines(): string[] {
    const user = this.opened.user!;
    const { changes = [] } = this;
    const skills = new Map(changes.map(({ skill, level }) => [skill, level]));
    return consequences(user, this.opened.choices.teams, { skills }).map((change) => {
      const line = inWords(this.app, user.name, change);
      const made = changes.find(({ skill }) => skill === change.skill);
      return made?.kind === 'lend' ? `${line} (${this.periodText(made)})` : line;
    });
  }

  private periodText({ from, until }: Period): string {
    const { assign } = this.app.text.user;
    const { format } = this.app;
    return assign.period(from === undefined ? undefined : format.time(from), format.time(until));
  }

  private chooseSet(one: Entry, set: string): void {
    const stays = !set || this.catalog(one.skill)?.skill_set === set;
    this.set(one, stays ? { set } : { set, skill: '' });
  }

  /** A level begins with what is inherited, else at the top of the range. */
  private chooseSkill(one: Entry, name: string): void {
    const skill = this.catalog(name);
    const inherited = this.inherited(name);
    const level = String(winner(inherited)?.level ?? skill?.max ?? '');
    this.set(one, { skill: name, level, wantsLevel: one.wantsLevel || Boolean(skill && needsLevel(skill, inherited)) });
  }

  private set(one: Entry, change: Partial<Entry>): void {
    Object.assign(one, change);
    this.error = undefined;
    this.conflicts = [];
    this.requestUpdate();
    this.sayLater(this.lines());
  }

  private readonly another = (): void => {
    const added = entry(this.count);
    this.count += 1;
    this.entries = [...this.entries, added];
    void this.focusOn(`#assign-${added.id}-set`);
  };

  private drop(one: Entry): void {
    this.entries = this.entries.filter((other) => other !== one);
    void this.focusOn(`#assign-${this.entries[0]!.id}-skill`);
  }

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    this.isTried = true;
    if (this.conflicts.some(({ choice }) => !choice)) this.one('[data-conflict] input')?.focus();
    else if (this.changes) void this.send();
    else void this.focusOn('[aria-invalid=true]');
  };

  /** What is assigned leaves the form; what is refused stays, with the reason. */
  private async send(): Promise<void> {
    const { changes } = this;
    const made = changes && (await this.make(changes));
    if (!made) return;
    this.entries = this.entries.filter((one) => changes.some(({ skill }) => skill === one.skill));
    this.conflicts = this.error?.kind === 'stale' ? this.entries.flatMap((one) => this.conflictOf(one)) : [];
    if (made === true) this.closed();
    this.requestUpdate();
  }

  private conflictOf(one: Entry): Conflict[] {
    // A temporary skill touches nothing that is assigned.
    if (one.isTemporary) return [];
    const theirs = assignedLevel(this.opened.user!, one.skill);
    const mine = one.wantsLevel && one.level ? Number(one.level) : null;
    if (theirs === undefined || theirs === mine) return [];
    const text = (level: number | null): string => levelText(this.app, level);
    return [{ field: String(one.id), label: one.skill, mine: text(mine), theirs: text(theirs) }];
  }

  /** What stays as others have made it leaves the form. */
  private readonly choose = (conflict: Conflict, choice: 'mine' | 'theirs'): void => {
    conflict.choice = choice;
    if (choice === 'theirs') {
      this.conflicts = this.conflicts.filter((other) => other !== conflict);
      this.entries = this.entries.filter(({ id }) => String(id) !== conflict.field);
      if (this.entries.length === 0) this.closed();
    }
    this.requestUpdate();
  };

  private readonly close = (): void => void this.drafts.leave(() => this.closed(), FORM);

  private closed(): void {
    this.entries = [entry(0)];
    this.drafts.set(FORM);
    this.dispatchEvent(new Event('closed'));
  }

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };
}

function entry(id: number): Entry {
  return { id, set: '', skill: '', wantsLevel: true, level: '', isTemporary: false, from: '', until: '' };
}

/** Whether an entry is permanent, or for which time, as the API takes it. */
function kindOf({ isTemporary, from, until }: Entry): { kind: 'assign' } | ({ kind: 'lend' } & Period) {
  const utc = (local: string): string => new Date(local).toISOString();
  if (!isTemporary) return { kind: 'assign' };
  return { kind: 'lend', until: utc(until), ...(from ? { from: utc(from) } : {}) };
}

function needsLevel(skill: Skill, inherited: Source[]): boolean {
  return Boolean(skill.level_required) && (winner(inherited)?.level ?? null) === null;
}

function option(name: string, chosen: string): TemplateResult {
  return html`<option .selected=${live(name === chosen)}>${name}</option>`;
}

function valueOf(event: Event): string {
  return (event.target as HTMLSelectElement).value;
}

define('roster-assign-form', AssignForm);
