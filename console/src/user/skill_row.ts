import { html, nothing, type TemplateResult } from 'lit';
import type { Skill, TemporarySkill, User } from '../api/types.js';
import { ask } from '../ask.js';
import { define } from '../define.js';
import { icon } from '../icons.js';
import type { View } from '../view.js';
import { type Change, assignedLevel, isSameLent, temporaryOf } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { type Source, consequences, endedWith, inWords, levelText, sourcesOf, winner } from './consequences.js';
import { Form } from './form.js';
import { levelField, levelOf } from './level_field.js';
import { lentText } from './period.js';
import { skillHead } from './skill_head.js';

/** What is unsaved of a skill is named so. */
const DRAFT = 'skill-';
export const draftOf = (skill: string): string => DRAFT + skill;

/** The skills of which something is unsaved, whatever has become of them meanwhile. */
export function skillsOf(forms: string[]): string[] {
  return forms.filter((name) => name.startsWith(DRAFT)).map((name) => name.slice(DRAFT.length));
}

/** One skill of a user: where it comes from, its level, which is changed in place, and *Remove*. */
class SkillRow extends Form {
  static override properties = {
    ...Form.properties,
    skill: { attribute: false },
    done: { attribute: false },
    changeTime: { attribute: false },
  };
  declare skill: string;
  /** Called after each change; the row may no longer exist by then. */
  declare done: (row: View) => void;
  /** Called where the time of a temporary skill is to be changed. */
  declare changeTime: (skill: string) => void;
  /** The level as it is typed; `null`: without one. `undefined`: nothing is being changed. */
  private draft: string | null | undefined;
  /** The assigned level for which the draft is made. */
  private base: number | null | undefined;
  /** The temporary skill of this name for which the draft is made. */
  private lent: TemporarySkill | undefined;
  private conflict: Conflict | undefined;
  private isStale = false;
  private isAsking = false;
  /** Whether *End now* was the last thing that was asked for. */
  private isEnding = false;

  override willUpdate(): void {
    if (this.isWorking) return;
    const user = this.opened.user!;
    const [now, lent] = [assignedLevel(user, this.skill), temporaryOf(user, this.skill)];
    const isOther = now !== this.base;
    const theirs = [
      ...(isOther && this.wanted !== now ? [this.theirs(now)] : []),
      ...(lent && !isSameLent(lent, this.lent) ? [lentText(this.app, lent)] : []),
    ];
    if (this.draft !== undefined && theirs.length > 0) this.conflict = this.conflictWith(theirs);
    else if (isOther) this.draft = undefined;
    Object.assign(this, { base: now, lent });
  }

  override render(): TemplateResult {
    const user = this.opened.user!;
    const sources = sourcesOf(user, this.opened.choices.teams).get(this.skill) ?? [];
    const mayAssign =
      this.app.session.may('assign_skills') && this.app.session.reaches(user) && user.status !== 'deleted';
    const isDisabled = user.effective_skills.some((known) => known.skill === this.skill && known.disabled);
    const conflict = this.conflict ? [this.conflict] : [];
    const isStale = this.isStale || this.conflict !== undefined;
    return html`
      ${skillHead(this.app, user, this.skill, sources, mayAssign ? html`${this.ending()}${this.removal()}` : nothing)}
      ${mayAssign ? this.editing(isDisabled) : nothing}
      ${this.isAsking ? this.confirmation(user) : nothing}
      ${isStale ? conflicts(this.app, this.controls, conflict, this.choose) : nothing}
      ${this.error && !isStale ? this.failure(this.error, this.again) : nothing}`;
  }

  /** *Change time* and *End now* of a temporary skill, or *Cancel* of one that has not started. */
  private ending(): TemplateResult | typeof nothing {
    const { skills } = this.app.text.user;
    const temporary = temporaryOf(this.opened.user!, this.skill);
    if (!temporary) return nothing;
    return html`<button type="button" class="link-button" data-time aria-label=${skills.changeTimeOf(this.skill)}
      @click=${() => this.changeTime(this.skill)}>${skills.changeTime}</button>
      <button type="button" class="link-button" data-end aria-disabled=${this.isWorking ? 'true' : 'false'}
      aria-label=${temporary.active ? skills.endOf(this.skill) : skills.cancelOf(this.skill)}
      @click=${this.end}>${temporary.active ? skills.end : skills.cancel}</button>`;
  }

  private removal(): TemplateResult | typeof nothing {
    const { skills } = this.app.text.user;
    if (this.base === undefined) return nothing;
    return html`<button type="button" class="icon-button" aria-label=${skills.removeOf(this.skill)}
      title=${skills.remove} data-remove aria-expanded=${this.isAsking ? 'true' : 'false'}
      @click=${this.askToRemove}>${icon('delete')}</button>`;
  }

  private editing(isDisabled: boolean): TemplateResult {
    const { skills } = this.app.text.user;
    const { catalog, inherited } = this;
    const shown = this.draft === undefined ? this.base : this.draft;
    const hasLevel = shown !== null && shown !== undefined;
    const set = this.base === undefined ? skills.override(this.skill) : skills.setLevel(this.skill);
    const first = String(winner(inherited)?.level ?? catalog?.max ?? '');
    const field = { id: this.controls, text: String(shown), inherited, changed: this.change };
    const button = (label: string, act: () => void, does?: string): TemplateResult =>
      html`<button type="button" class="link-button" aria-describedby=${does ?? nothing} @click=${act}>${label}</button>`;
    const enables = `${this.controls}-enables`;
    const mayEnable = isDisabled && !this.isUnsaved;
    const ends = mayEnable && !this.lent?.active ? endedWith(this.app, this.opened.user!, this.skill) : [];
    const mayUnset = hasLevel && this.base !== undefined && !this.needsLevel;
    return html`
      <form @submit=${this.submitted}>
        <div class="stack" data-fields ?inert=${this.isWorking}>
        ${catalog?.levels && hasLevel ? levelField(this.app, { ...field, skill: catalog }) : nothing}
        <div class="buttons">
          ${catalog?.levels && !hasLevel ? button(set, () => this.change(first)) : nothing}
          ${catalog?.levels && mayUnset ? button(skills.withoutLevel(this.skill), () => this.change(null)) : nothing}
          ${mayEnable ? button(skills.enable(this.skill), this.enable, ends.length > 0 ? enables : undefined) : nothing}
        </div>
        ${
          ends.length > 0
            ? html`<p class="consequence" id=${enables} dir="auto">${skills.enable(this.skill)}: ${ends.join('. ')}</p>`
            : nothing
        }
        </div>
        ${this.isUnsaved ? this.saving() : nothing}
      </form>`;
  }

  private saving(): TemplateResult {
    const { actions, user } = this.app.text;
    const isValid = this.wanted !== undefined && (!this.conflict || this.conflict.choice);
    const isReady = isValid && !this.isWorking;
    const lines = this.lines(this.wanted);
    const does = `${this.controls}-does`;
    return html`
      ${lines.length > 0 ? html`<p class="consequence" id=${does} dir="auto">${lines.join('. ')}</p>` : nothing}
      <div class="buttons">
        <button class="button primary" aria-describedby=${lines.length > 0 ? does : nothing}
          aria-disabled=${isReady ? 'false' : 'true'}>
          ${this.isWorking ? actions.working : user.skills.saveLevel(this.skill)}</button>
        <button type="button" class="button" @click=${this.discard}>${user.edit.discard}</button>
      </div>`;
  }

  private confirmation(user: User): TemplateResult {
    const { actions } = this.app.text;
    const { skills } = this.app.text.user;
    const { isWorking } = this;
    const label = isWorking ? actions.working : skills.removeOf(this.skill);
    return ask({
      id: `${this.controls}-asks`,
      title: skills.asksToRemove(this.skill, user.name),
      does: [this.lines(undefined).join('. ') || skills.removalDoesNothing],
      answers: [
        { label, kind: 'destructive', act: this.unassign },
        { label: actions.cancel, kind: '', act: this.keep },
      ],
      cancel: this.keep,
      isWorking,
    });
  }

  private get again(): () => void {
    if (this.isEnding) return this.end;
    return this.isAsking ? this.unassign : this.draft === undefined ? this.enable : this.save;
  }

  protected get draftName(): string {
    return draftOf(this.skill);
  }

  /** An id has no blanks. */
  private get controls(): string {
    return this.draftName.replace(/\s/g, '_');
  }

  private get catalog(): Skill | undefined {
    return this.opened.choices.skills.find((known) => known.skill === this.skill);
  }

  private get inherited(): Source[] {
    return (sourcesOf(this.opened.user!, this.opened.choices.teams).get(this.skill) ?? []).filter(
      (source) => source.team,
    );
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
    return [...changes.map((change) => inWords(this.app, user.name, change)), ...endedWith(this.app, user, this.skill)];
  }

  private theirs(level: number | null | undefined): string {
    return level === undefined ? this.app.text.user.skills.notAssigned : levelText(this.app, level);
  }

  private conflictWith(theirs: string[]): Conflict {
    const mine = this.draft ?? this.app.text.user.consequence.noLevel;
    return { field: 'level', label: this.skill, mine, theirs: theirs.join('; ') };
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

  private readonly submitted = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.isUnsaved) this.save();
  };

  private readonly save = (): void => {
    const level = this.wanted;
    if (level === undefined || (this.conflict && !this.conflict.choice)) return;
    void this.send({ kind: 'assign', skill: this.skill, level });
  };

  /** Assigned once more as it is, for a time if that has started. */
  private readonly enable = (): void => {
    const { skill, lent } = this;
    if (lent?.active) void this.send({ kind: 'lend', skill, level: lent.level, from: lent.from, until: lent.until });
    else void this.send({ kind: 'assign', skill, level: this.base ?? null });
  };

  private readonly end = (): void => {
    this.isEnding = true;
    void this.send({ kind: 'end', skill: this.skill });
  };

  private readonly unassign = (): void => void this.send({ kind: 'remove', skill: this.skill });

  private async send(change: Change): Promise<void> {
    this.isStale = false;
    this.isEnding = change.kind === 'end';
    const made = await this.make([change]);
    this.isStale = this.error?.kind === 'stale';
    if (made !== true) return;
    Object.assign(this, { draft: undefined, conflict: undefined, isAsking: false });
    this.drafts.set(this.draftName);
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
    void this.focusOn('[data-question]');
  };

  private readonly keep = (): void => {
    this.isAsking = false;
    this.error = undefined;
    void this.focusOn('[data-remove]');
  };
}

define('roster-skill-row', SkillRow);
