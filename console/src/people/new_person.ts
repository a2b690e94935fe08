import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Permission, Role } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { link } from '../link.js';
import { Choices } from '../list/choices.js';
import { PageView } from '../page.js';
import { problem } from '../problem.js';

const PERMISSIONS: Record<Role, Permission> = {
  agent: 'add_agent',
  supervisor: 'add_supervisor',
  system_admin: 'add_system_admin',
  account_owner: 'add_account_owner',
};
const EMPTY = { identity: '', name: '', email: '', role: 'agent' as Role, acts: false, teams: [] as string[] };

/** Adds a user before their first login. Fires `added`. */
class NewPerson extends PageView {
  private choices!: Choices;
  private change!: Change;
  private typed = EMPTY;
  private added: { user_id: string; name: string; identity: string } | undefined;

  protected override begin(): Choices[] {
    this.choices = new Choices(this.app);
    this.change = new Change(this.app.session);
    this.watch(this.change);
    return [this.choices];
  }

  override render(): TemplateResult {
    const { app, choices } = this;
    const { people } = app.text;
    return html`
      <h2>${people.add}</h2>
      <p>${people.addMeans}</p>
      <form class="page" aria-label=${people.add} @submit=${submitted(() => void this.send())}>
        <div class="fields" ?inert=${this.change.isWorking}>
        ${this.field('name', app.text.list.name, 128)}
        ${this.field('identity', app.text.common.identity, 64, people.identityHint)}
        ${this.field('email', app.text.list.email, 254)}
        ${this.roleChoice()}
        ${
          choices.error
            ? problem(app, choices.error, { kept: app.text.errors.keptInput, retry: this.reload })
            : this.teams()
        }
        </div>
        ${failure(app, this.change, this.send)}
        <div class="buttons">${sendButton(app, this.change, people.addButton)}</div>
      </form>
      ${this.added ? this.outcome(this.added) : nothing}`;
  }

  private field(key: 'name' | 'identity' | 'email', label: string, length: number, hint = ''): TemplateResult {
    const typed = (event: Event): void => this.edit({ [key]: (event.target as HTMLInputElement).value });
    return html`
      <div class="field">
        <label for="new-${key}">${label}</label>
        <input id="new-${key}" autocomplete="off" spellcheck="false" dir="auto" maxlength=${length}
          ?required=${key !== 'email'} aria-describedby="new-${key}-hint" .value=${live(this.typed[key])} @input=${typed}>
        <span class="hint" id="new-${key}-hint">${hint}</span>
      </div>`;
  }

  private roleChoice(): TemplateResult {
    const { session, text } = this.app;
    const { acts, role } = this.typed;
    const roles = (Object.keys(PERMISSIONS) as Role[]).filter((known) => session.may(PERMISSIONS[known]));
    const chosen = (event: Event): void => this.edit({ role: (event.target as HTMLSelectElement).value as Role });
    const toggle = (event: Event): void => this.edit({ acts: (event.target as HTMLInputElement).checked });
    return html`
      <div class="field">
        <label for="new-role">${text.list.role}</label>
        <select id="new-role" @change=${chosen}>
          ${roles.map((known) => html`<option value=${known} .selected=${live(known === role)}>${text.roles[known]}</option>`)}
        </select>
      </div>
      ${
        role === 'agent'
          ? nothing
          : html`<fieldset><label><input type="checkbox" .checked=${live(acts)} @change=${toggle}>${text.people.acts}</label></fieldset>`
      }`;
  }

  private teams(): TemplateResult | typeof nothing {
    const { choices, typed } = this;
    const teams = choices.teams.filter((team) => this.app.session.reachesTeam(team.team_id));
    if (teams.length === 0) return nothing;
    const toggle = (id: string): void => {
      const without = typed.teams.filter((known) => known !== id);
      this.edit({ teams: without.length < typed.teams.length ? without : [...without, id] });
    };
    return html`
      <fieldset>
        <legend class="label">${this.app.text.list.teams}</legend>
        ${teams.map(
          ({ team_id: id, name }) => html`<label dir="auto">
          <input type="checkbox" .checked=${live(typed.teams.includes(id))} @change=${() => toggle(id)}>${name}</label>`,
        )}
      </fieldset>`;
  }

  private outcome(user: { user_id: string; name: string; identity: string }): TemplateResult {
    const { people } = this.app.text;
    return html`<div class="outcome">
      <p>${people.added(user.name)} ${people.waits(user.identity)}</p>
      <p>${link(this.app, { user: user.user_id, tab: '' }, people.open(user.name))}</p>
    </div>`;
  }

  protected override get isUnsaved(): boolean {
    return this.typed !== EMPTY;
  }

  private edit(changes: Partial<typeof EMPTY>): void {
    this.typed = { ...this.typed, ...changes };
    this.added = undefined;
    this.change.forget();
  }

  private readonly send = (): void => {
    const { api, live, text } = this.app;
    const { identity, name, email, role, acts, teams } = this.typed;
    const optional = {
      ...(email.trim() ? { email: email.trim() } : {}),
      ...(role === 'agent' ? {} : { act_as_agent: acts }),
    };
    const body = { identity: identity.trim(), name: name.trim(), role, teams, ...optional };
    void this.change.send(
      (idempotencyKey) => api.send('post', '/users', { body, idempotencyKey }),
      (user) => {
        this.typed = EMPTY;
        this.added = user;
        live.say(text.people.added(user.name));
        this.dispatchEvent(new Event('added'));
        this.focusOn('.outcome a');
      },
    );
  };
}

define('roster-new-person', NewPerson);
