import { html, nothing, type TemplateResult } from 'lit';
import type { Role, User } from '../api/types.js';
import { define } from '../define.js';
import { type Edit, editOf, isSame } from './changes.js';
import { type Conflict, conflicts } from './conflict.js';
import { consequences, inWords } from './consequences.js';
import { actingField, type Draft, lockedReason, MAX_TEAMS, roleField, teamsField } from './edit_fields.js';
import { Form } from './form.js';

const FIELDS = ['role', 'teams', 'act_as_agent', 'leads'] as const;

/** Role, teams, Act as Agent of a user, and which teams they lead, changed by one edit; its consequences stand above the button. */
class EditForm extends Form {
  /** The user for whom the draft is made. */
  private base: Draft | undefined;
  private draft!: Draft;
  private conflicts: Conflict[] = [];
  private isStale = false;
  private find = '';

  protected override get draftName(): string {
    return 'edit';
  }

  override willUpdate(): void {
    if (this.opened.user) this.rebase(editOf(this.opened.user));
  }

  override render(): TemplateResult | typeof nothing {
    const { user } = this.opened;
    if (!user) return nothing;
    const { edit } = this.app.text.user;
    const { base, draft } = this;
    if (!base) return nothing;
    const reason = lockedReason(this.app, user);
    return html`
      <form class="stack" @submit=${this.save} aria-label=${edit.form}>
        <div class="stack" data-fields ?inert=${this.isWorking}>
          ${reason ? html`<p class="note" id="edit-locked">${reason}</p>` : nothing}
          ${roleField(this.app, base, draft, this.setRole)}
          ${actingField(this.app, draft, reason !== undefined, this.set)}
          ${teamsField(this.app, this.opened, draft, this.find, { set: this.set, find: this.finding })}
          ${
            this.isStale || this.conflicts.length > 0
              ? conflicts(this.app, 'edit', this.conflicts, this.choose)
              : nothing
          }
        </div>
        ${this.consequence(user)}
        ${this.error && !this.isStale ? this.failure(this.error, () => void this.send()) : nothing}
        <div class="buttons">
          <button class="button primary" aria-describedby="edit-consequence"
            aria-disabled=${this.canSave ? 'false' : 'true'}>
            ${this.isWorking ? this.app.text.actions.working : edit.save}</button>
          ${
            this.isUnsaved
              ? html`<button type="button" class="button" @click=${this.discard}>${edit.discard}</button>`
              : nothing
          }
        </div>
      </form>`;
  }

  private consequence(user: User): TemplateResult {
    const words = this.app.text.user.consequence;
    const lines = this.isUnsaved ? this.lines(user) : [];
    const items = lines.map((line) => html`<li><bdi>${line}</bdi></li>`);
    return html`
      <div id="edit-consequence" class=${this.isUnsaved ? 'consequence' : 'unseen'}>
        ${
          this.isUnsaved
            ? html`<p class="label">${words.title}</p>
            ${lines.length > 0 ? html`<ul>${items}</ul>` : html`<p>${words.noSkill}</p>`}`
            : this.app.text.user.edit.unchanged
        }
      </div>`;
  }

  private lines(user: User): string[] {
    const changes = consequences(user, this.opened.choices.teams, this.draft);
    return changes.map((change) => inWords(this.app, user.name, change));
  }

  private get edit(): Edit {
    const changed = FIELDS.filter((field) => !isSame(this.draft[field], this.base![field]));
    return Object.fromEntries(changed.map((field) => [field, this.draft[field]]));
  }

  protected get isUnsaved(): boolean {
    return this.base !== undefined && Object.keys(this.edit).length > 0;
  }

  private get canSave(): boolean {
    const isDecided = this.conflicts.every((conflict) => conflict.choice);
    return this.isUnsaved && !this.isWorking && isDecided && this.draft.teams.length <= MAX_TEAMS;
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
    const label = { role: list.role, teams: user.edit.teams, act_as_agent: user.edit.acting, leads: user.edit.leads }[
      field
    ];
    return { field, label, mine: this.worded(field, mine), theirs: this.worded(field, theirs) };
  }

  private worded(field: keyof Draft, of: Draft): string {
    const { common, roles } = this.app.text;
    if (field === 'role') return roles[of.role];
    if (field === 'act_as_agent') return of.act_as_agent ? common.yes : common.no;
    const known = [...this.opened.choices.teams, ...this.opened.user!.teams];
    const names = of[field].map((id) => known.find((team) => team.team_id === id)?.name ?? id);
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

  /** Rule 11: an agent does not act as one; who is one no longer goes on to receive tasks unless that is unset. Agents lead no team. */
  private readonly setRole = (role: Role): void => {
    const base = this.base!;
    const acts = role === base.role ? base.act_as_agent : base.role === 'agent' || this.draft.act_as_agent;
    const leads = role === 'agent' ? [] : base.leads.filter((id) => this.draft.teams.includes(id));
    this.set({ role, act_as_agent: role !== 'agent' && acts, leads });
  };

  private readonly set = (change: Edit): void => {
    Object.assign(this.draft, change);
    this.error = undefined;
    this.conflicts = this.conflicts.filter(({ field }) => !(field in change));
    this.requestUpdate();
    this.sayLater(this.lines(this.opened.user!));
  };

  private readonly finding = (text: string): void => {
    this.find = text;
    this.requestUpdate();
  };

  private readonly save = (event: SubmitEvent): void => {
    event.preventDefault();
    if (this.canSave) void this.send();
  };

  private async send(): Promise<void> {
    const base = this.base!;
    this.isStale = false;
    const made = await this.make([{ kind: 'edit', edit: this.edit }]);
    if (made === false) return;
    // What came meanwhile is compared with what the draft was made for.
    this.base = base;
    if (made === true) this.saved();
    this.rebase(editOf(this.opened.user!));
    this.isStale = this.error?.kind === 'stale';
    this.requestUpdate();
  }

  private saved(): void {
    this.base = undefined;
    this.conflicts = [];
    this.mine = {};
  }

  private readonly discard = (): void => {
    Object.assign(this, { base: undefined, conflicts: [], mine: {}, error: undefined, isStale: false });
    void this.focusOn('#edit-role:enabled, #edit-acting, [type=checkbox]');
  };
}

define('roster-edit-form', EditForm);
