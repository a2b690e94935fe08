import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill, TemporarySkill } from '../api/types.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { type Change, assignedLevel, isLent, isSameLent, temporaryOf } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { type Source, consequences, endedWith, inWords, levelText, sourcesOf, winner } from './consequences.js';
import { Form } from './form.js';
import { levelField, levelOf } from './level_field.js';
import { PERMANENT, type Times, isSameTimes, lentText, periodOf, periodText, timesOf } from './period.js';

const FORM = 'assign';

type Assigning = Extract<Change, { kind: 'assign' | 'lend' }>;

/** One skill to be assigned, as far as it is chosen. */
interface Entry extends Times {
  id: number;
  set: string;
  skill: string;
  wantsLevel: boolean;
  level: string;
  /** How the skill was assigned when it was chosen. */
  known: Known;
  /** When something of it was entered last. */
  at: string;
  /** Whether it is still as a temporary skill is, of which nothing is changed. */
  isUntouched: boolean;
}

interface Known {
  level?: number | null | undefined;
  lent?: TemporarySkill | undefined;
}

/** *Assign skills*: several in one go. Fires `closed`. */
export class AssignForm extends Form {
  private entries: Entry[] = [entry(0)];
  private count = 1;
  private isTried = false;
  /** Skills that another user has assigned meanwhile, with another level. */
  private conflicts: Conflict[] = [];

  protected override get draftName(): string {
    return FORM;
  }

  protected get isUnsaved(): boolean {
    return this.entries.some((one) => one.skill !== '' && !one.isUntouched);
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
  private wrongPeriod(one: Entry): string | undefined {
    const { assign } = this.app.text.user;
    if (!one.isTemporary) return undefined;
    if (!one.until) return assign.untilMissing;
    const { from, until } = periodOf(one, this.lent(one.skill), one.at);
    return Date.parse(until) > Math.max(Date.now(), from ? Date.parse(from) : 0) ? undefined : assign.untilTooEarly;
  }

  private get sets(): string[] {
    return [...new Set(this.opened.choices.skills.map((skill) => skill.skill_set))].sort(
      this.app.format.collator.compare,
    );
  }

  /** The skills of the set that are not assigned (those are or can be for a time), nor chosen in another entry. */
  private offered(one: Entry): Skill[] {
    const taken = this.entries.filter((other) => other !== one).map((other) => other.skill);
    const isOpen = (skill: string): boolean =>
      one.isTemporary || this.lent(skill) !== undefined || assignedLevel(this.opened.user!, skill) === undefined;
    const isFree = ({ skill }: Skill): boolean => skill === one.skill || (!taken.includes(skill) && isOpen(skill));
    return this.opened.choices.skills.filter((skill) => isFree(skill) && (!one.set || skill.skill_set === one.set));
  }

  private catalog(name: string): Skill | undefined {
    return this.opened.choices.skills.find(({ skill }) => skill === name);
  }

  /** What the user has of the skill for a time. */
  private lent(skill: string): TemporarySkill | undefined {
    return temporaryOf(this.opened.user!, skill);
  }

  private knownOf(skill: string): Known {
    return { level: assignedLevel(this.opened.user!, skill), lent: this.lent(skill) };
  }

  private inherited(skill: string): Source[] {
    const sources = sourcesOf(this.opened.user!, this.opened.choices.teams).get(skill) ?? [];
    return sources.filter((source) => source.team);
  }

  /** What each entry assigns; `undefined` if one is not complete. */
  private get changes(): Assigning[] | undefined {
    const changes = this.entries.map((one) => this.changeOf(one));
    return changes.every((change) => change !== undefined) ? changes : undefined;
  }

  private changeOf(one: Entry): Assigning | undefined {
    const skill = this.catalog(one.skill);
    const level = skill?.levels && one.wantsLevel ? levelOf(one.level, skill) : null;
    if (!skill || level === undefined || this.wrongPeriod(one)) return undefined;
    const made = { skill: one.skill, level };
    if (!one.isTemporary) return { kind: 'assign', ...made };
    return { kind: 'lend', ...made, ...periodOf(one, this.lent(one.skill), one.at) };
  }

  /** What changes in the skills that tasks are routed by, for which time, and what ends with it. */
  private lines(): string[] {
    const { app } = this;
    const user = this.opened.user!;
    const { changes = [] } = this;
    const skills = new Map(changes.map(({ skill, level }) => [skill, level]));
    const changed = consequences(user, this.opened.choices.teams, { skills });
    return changes.flatMap((made) => {
      const change = changed.find(({ skill }) => skill === made.skill);
      const line = change && inWords(app, user.name, change);
      if (made.kind === 'assign') return [...(line ? [line] : []), ...endedWith(app, user, made.skill)];
      const lent = app.text.user.consequence.lent(made.skill, levelText(app, made.level));
      return [`${line ?? lent} (${periodText(app, made)})`];
    });
  }

  private chooseSet(one: Entry, set: string): void {
    const stays = !set || this.catalog(one.skill)?.skill_set === set;
    this.set(one, stays ? { set } : { set, skill: '' });
  }

  /** For a time, it begins as it is; else a level begins with what is inherited, else at the top of the range. */
  private chooseSkill(one: Entry, name: string): void {
    const skill = this.catalog(name);
    const inherited = this.inherited(name);
    const lent = this.lent(name);
    const level = String(lent?.level ?? winner(inherited)?.level ?? skill?.max ?? '');
    const wants = lent ? lent.level !== null : one.wantsLevel;
    const wantsLevel = wants || Boolean(skill && needsLevel(skill, inherited));
    this.set(one, { skill: name, level, wantsLevel, known: this.knownOf(name), ...this.timesFor(one, lent) });
  }

  /** A time that was entered stays; that of the skill chosen before does not. */
  private timesFor(one: Entry, lent: TemporarySkill | undefined): Times | undefined {
    const isOfBefore = one.known.lent !== undefined && isSameTimes(one, timesOf(one.known.lent));
    if (isOfBefore) return timesOf(lent);
    return lent && !one.from && !one.until ? timesOf(lent) : undefined;
  }

  /** An entry for a skill that the user has for a time, as it is, beside what is entered already. */
  async changeTime(skill: string): Promise<void> {
    if (this.isWorking) return;
    let one = this.entries.find((known) => known.skill === skill) ?? this.entries.find((known) => !known.skill);
    if (!one) {
      one = entry(this.count);
      this.count += 1;
      this.entries = [...this.entries, one];
    }
    if (one.skill !== skill) {
      Object.assign(one, PERMANENT, { set: '' });
      this.chooseSkill(one, skill);
      one.isUntouched = true;
    } else if (!one.isTemporary) {
      this.set(one, timesOf(this.lent(skill)));
    }
    await this.focusOn(`#assign-${one.id}-until`);
  }

  private set(one: Entry, change: Partial<Entry>): void {
    Object.assign(one, { isUntouched: false, at: now() }, change);
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
    const { app } = this;
    const mine = this.changeOf(one);
    if (!mine) return [];
    const theirs = mine.kind === 'lend' ? this.theirTime(one, mine) : this.theirSkill(one, mine.level);
    const text = mine.kind === 'lend' ? lentText(app, mine) : levelText(app, mine.level);
    return theirs === undefined ? [] : [{ field: String(one.id), label: one.skill, mine: text, theirs }];
  }

  /** A temporary skill touches nothing but another one of its name. */
  private theirTime({ skill, known }: Entry, mine: Extract<Assigning, { kind: 'lend' }>): string | undefined {
    const lent = this.lent(skill);
    if (isSameLent(lent, known.lent) || isLent(lent, mine)) return undefined;
    return lent ? lentText(this.app, lent) : this.app.text.user.conflict.notLent;
  }

  /** What is assigned permanently takes the place of another level, and ends a temporary skill. */
  private theirSkill({ skill, known }: Entry, mine: number | null): string | undefined {
    const { level, lent } = this.knownOf(skill);
    const theirs: string[] = [];
    if (level !== undefined && level !== mine && level !== known.level) theirs.push(levelText(this.app, level));
    if (lent && !isSameLent(lent, known.lent)) theirs.push(lentText(this.app, lent));
    return theirs.length > 0 ? theirs.join('; ') : undefined;
  }

  /** What stays as others have made it leaves the form. */
  private readonly choose = (conflict: Conflict, choice: 'mine' | 'theirs'): void => {
    conflict.choice = choice;
    const one = this.entries.find(({ id }) => String(id) === conflict.field);
    if (one) one.known = this.knownOf(one.skill);
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
  const chosen = { set: '', skill: '', wantsLevel: true, level: '', ...PERMANENT };
  return { id, ...chosen, known: {}, at: now(), isUntouched: false };
}

function now(): string {
  return new Date().toISOString();
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
