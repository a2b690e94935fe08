import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { ApiError } from '../api/error.js';
import type { Role, User } from '../api/types.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import { type Change, type Edit, editOf, isSame } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { consequences, inWords } from './consequences.js';
import type { OpenedUser } from './opened.js';

const ROLES: Role[] = ['agent', 'supervisor', 'system_admin', 'account_owner'];
const FIELDS = ['role', 'teams', 'act_as_agent'] as const;
const MAX_TEAMS = 25;
/** With more teams than that there is a field to find one. */
const FEW_TEAMS = 8;
const SAY_AFTER_MS = 700;

type Draft = Required<Edit>;

/** Role, teams and Act as Agent of a user, changed by one edit, whose consequences stand above the button. */
class EditForm extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  /** The user for whom the draft is made. */
  private base: Draft | undefined;
  private draft!: Draft;
  private conflicts: Conflict[] = [];
  private isStale = false;
  private error: ApiError | undefined;
  private isWorking = false;
  /** Roles follow the identity provider: the API has said so. */
  private isRoleLocked = false;
  private find = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened, this.app.session);
    this.app.session.addEventListener('renewed', this.signedIn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.session.removeEventListener('renewed', this.signedIn);
  }

  override willUpdate(): void {
    if (this.opened.user) this.rebase(editOf(this.opened.user));
  }

  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.opened.setDraft('edit', this.isChanged);
  }

  override render(): TemplateResult | typeof nothing {
    const { user } = this.opened;
    if (!user) return nothing;
    const { edit } = this.app.text.user;
    return html`
      <form class="stack" @submit=${this.save} aria-label=${edit.form}>
        ${this.roleField(user)} ${this.acting()} ${this.teams(user)}
        ${this.isStale || this.conflicts.length > 0
          ? conflicts(this.app, 'edit', this.conflicts, this.choose)
          : nothing}
        ${this.consequence(user)}
        ${this.error ? this.failure(this.error) : nothing}
        <div class="buttons">
          <button class="button primary" aria-describedby="edit-consequence" aria-disabled=${this.canSave ? 'false' : 'true'}>
            ${this.isWorking ? this.app.text.actions.working : edit.save}</button>
          ${this.isChanged
            ? html`<button type="button" class="button" @click=${this.discard}>${edit.discard}</button>`
            : nothing}
        </div>
      </form>`;
  }

  private roleField(user: User): TemplateResult {
    const { app } = this;
    const { edit } = app.text.user;
    const offered = ROLES.filter((role) => role === this.base!.role || app.session.may(`make_${role}`));
    const reason = this.isRoleLocked ? edit.roleOfProvider : offered.length < 2 ? edit.roleOfAdmins : undefined;
    const isChanged = this.draft.role !== user.role;
    return html`
      <div class="field">
        <label for="edit-role">${app.text.list.role}</label>
        <select id="edit-role" ?disabled=${reason !== undefined} aria-describedby="edit-role-hint"
          @change=${(event: Event) => this.setRole((event.target as HTMLSelectElement).value as Role)}>
          ${offered.map((role) => html`
            <option value=${role} .selected=${live(role === this.draft.role)}>${app.text.roles[role]}</option>`)}
        </select>
        <span class="hint" id="edit-role-hint">${reason ?? (isChanged ? edit.roleFollowsToken : nothing)}</span>
      </div>`;
  }

  private acting(): TemplateResult | typeof nothing {
    const { edit } = this.app.text.user;
    if (this.draft.role === 'agent') return html`<p class="hint">${edit.agentsAlways}</p>`;
    const stopped = this.base!.act_as_agent || this.base!.role === 'agent' ? edit.actingOff : undefined;
    return html`
      <div class="field">
        <label class="option"><input type="checkbox" id="edit-acting" .checked=${live(this.draft.act_as_agent)}
          aria-describedby="edit-acting-hint" @change=${(event: Event) =>
            this.set({ act_as_agent: (event.target as HTMLInputElement).checked })}> <span>${edit.acting}</span></label>
        <span class="hint" id="edit-acting-hint">${this.draft.act_as_agent ? edit.actingOn : stopped ?? edit.actingOff}</span>
      </div>`;
  }

  private teams(user: User): TemplateResult {
    const { app } = this;
    const { edit } = app.text.user;
    const known = app.format.collator;
    const active = this.opened.choices.teams.map(({ team_id, name }) => ({ team_id, name }));
    const archived = user.teams.filter((own) => !active.some((team) => team.team_id === own.team_id));
    const all = [...active, ...archived].sort((a, b) => known.compare(a.name, b.name));
    const find = this.find.trim().toLocaleLowerCase();
    const shown = all.filter((team) => team.name.toLocaleLowerCase().includes(find));
    const isTooMany = this.draft.teams.length > MAX_TEAMS;
    const { error } = this.opened.choices;
    return html`
      <fieldset aria-describedby="edit-teams-hint">
        <legend>${edit.teams}</legend>
        <p class=${isTooMany ? 'field-error' : 'hint'} id="edit-teams-hint">${isTooMany
          ? edit.tooMany(app.format.number(this.draft.teams.length), app.format.number(MAX_TEAMS)) : edit.teamsHint}</p>
        ${error ? problem(app, error, { kept: app.text.errors.keptInput, retry: () => void this.opened.choices.load() }) : nothing}
        ${all.length > FEW_TEAMS
          ? html`<label class="unseen" for="edit-find">${edit.findTeam}</label>
            <input id="edit-find" type="search" autocomplete="off" placeholder=${edit.findTeam} .value=${live(this.find)}
              @input=${this.finding}>`
          : nothing}
        <div class="teams-of-user">${shown.map((team) => html`
          <label class="option"><input type="checkbox" .checked=${live(this.draft.teams.includes(team.team_id))}
            @change=${(event: Event) => this.join(team.team_id, (event.target as HTMLInputElement).checked)}>
            <span dir="auto">${team.name}</span></label>`)}
        </div>
      </fieldset>`;
  }

  private consequence(user: User): TemplateResult {
    const words = this.app.text.user.consequence;
    const lines = this.isChanged ? this.lines(user) : [];
    return html`
      <div id="edit-consequence" class=${this.isChanged ? 'consequence' : 'unseen'}>
        ${this.isChanged
          ? html`<p class="label">${words.title}</p>
            ${lines.length > 0 ? html`<ul>${lines.map((line) => html`<li dir="auto">${line}</li>`)}</ul>` : html`<p>${words.noSkill}</p>`}`
          : this.app.text.user.edit.unchanged}
      </div>`;
  }

  private lines(user: User): string[] {
    const changes = consequences(user, this.opened.choices.teams, this.draft);
    return changes.map((change) => inWords(this.app, user.name, change));
  }

  private failure(error: ApiError): TemplateResult {
    const { errors } = this.app.text;
    const isFinal = ['forbidden', 'missing', 'conflict', 'invalid'].includes(error.kind);
    return problem(this.app, error, isFinal ? { kept: errors.keptInput } : { kept: errors.keptInput, retry: () => void this.send() });
  }

  private get edit(): Edit {
    const changed = FIELDS.filter((field) => !isSame(this.draft[field], this.base![field]));
    return Object.fromEntries(changed.map((field) => [field, this.draft[field]]));
  }

  private get isChanged(): boolean {
    return this.base !== undefined && Object.keys(this.edit).length > 0;
  }

  private get canSave(): boolean {
    const isDecided = this.conflicts.every((conflict) => conflict.choice);
    return this.isChanged && !this.isWorking && isDecided && this.draft.teams.length <= MAX_TEAMS;
  }

  /** The user has changed: what was not changed here follows; where both did, one is asked. */
  private rebase(now: Draft): void {
    const before = this.base;
    this.base = now;
    if (!before || this.isWorking) {
      this.draft = before ? this.draft : { ...now };
      return;
    }
    for (const field of FIELDS.filter((name) => !isSame(before[name], now[name]))) {
      const isMine = !isSame(this.draft[field], before[field]) && !isSame(this.draft[field], now[field]);
      if (!isMine) Object.assign(this.draft, { [field]: now[field] });
      this.conflicts = this.conflicts.filter((conflict) => conflict.field !== field);
      if (isMine) this.conflicts.push(this.conflict(field, this.draft, now));
    }
  }

  private conflict(field: keyof Draft, mine: Draft, theirs: Draft): Conflict {
    const { list, user } = this.app.text;
    const label = { role: list.role, teams: user.edit.teams, act_as_agent: user.edit.acting }[field];
    return { field, label, mine: this.worded(field, mine), theirs: this.worded(field, theirs) };
  }

  private worded(field: keyof Draft, of: Draft): string {
    const { common, roles } = this.app.text;
    if (field === 'role') return roles[of.role];
    if (field === 'act_as_agent') return of.act_as_agent ? common.yes : common.no;
    const known = [...this.opened.choices.teams, ...this.opened.user!.teams];
    const names = of.teams.map((id) => known.find((team) => team.team_id === id)?.name ?? id);
    return this.app.format.list(names) || common.none;
  }

  private readonly choose = (conflict: Conflict, choice: 'mine' | 'theirs'): void => {
    const field = conflict.field as keyof Draft;
    conflict.choice = choice;
    this.mine[field] ??= this.draft[field];
    Object.assign(this.draft, { [field]: choice === 'mine' ? this.mine[field] : this.base![field] });
    this.requestUpdate();
  };
  /** What was chosen here, so that it can be chosen again. */
  private mine: Partial<Record<keyof Draft, unknown>> = {};

  /** Rule 11: who becomes an agent acts as one; who is one no longer goes on to receive tasks unless that is unset. */
  private setRole(role: Role): void {
    const base = this.base!;
    const acts = role === base.role ? base.act_as_agent : base.role === 'agent' || this.draft.act_as_agent;
    this.set({ role, act_as_agent: role !== 'agent' && acts });
  }

  private join(teamId: string, joins: boolean): void {
    const others = this.draft.teams.filter((id) => id !== teamId);
    this.set({ teams: joins ? [...others, teamId] : others });
  }

  private set(change: Edit): void {
    Object.assign(this.draft, change);
    this.error = undefined;
    this.conflicts = this.conflicts.filter(({ field }) => !(field in change));
    this.requestUpdate();
    const { user } = this.opened;
    if (user) this.app.live.say(this.lines(user).join('. '), SAY_AFTER_MS);
  }

  private readonly finding = (event: Event): void => {
    this.find = (event.target as HTMLInputElement).value;
    this.requestUpdate();
  };

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.canSave) void this.send();
  };

  private async send(): Promise<void> {
    if (this.isWorking) return;
    const change: Change = { kind: 'edit', edit: this.edit };
    const base = this.base!;
    Object.assign(this, { isWorking: true, error: undefined, isStale: false });
    this.requestUpdate();
    const error = await this.opened.change([change]);
    // What came meanwhile is compared with what the draft was made for.
    this.isWorking = false;
    this.base = base;
    if (!error) this.saved();
    this.rebase(editOf(this.opened.user!));
    if (error?.code === 'role-follows-identity-provider') this.lockRole();
    this.isStale = error?.kind === 'stale';
    this.error = this.isStale ? undefined : error;
    this.requestUpdate();
  }

  private saved(): void {
    this.base = undefined;
    this.conflicts = [];
    this.mine = {};
  }

  private lockRole(): void {
    this.isRoleLocked = true;
    this.draft.role = this.base!.role;
    this.draft.act_as_agent = this.base!.act_as_agent;
  }

  private readonly discard = (): void => {
    Object.assign(this, { base: undefined, conflicts: [], error: undefined, isStale: false });
    this.mine = {};
    this.requestUpdate();
    void this.updateComplete.then(() => this.one('#edit-role, #edit-acting')?.focus());
  };

  /** Somebody has signed in again: what was entered is still there, and can be sent. */
  private readonly signedIn = (): void => {
    if (this.error?.kind === 'session') this.error = undefined;
    this.requestUpdate();
  };
}

define('roster-edit-form', EditForm);
