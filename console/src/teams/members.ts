import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ListedUser, Team, User } from '../api/types.js';
import { Change, failure } from '../change.js';
import { define } from '../define.js';
import { userLink } from '../link.js';
import { missingLetters } from '../list/search_text.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import { moreOf, Paged, Resource, shown } from '../resource.js';

const FOUND = 10;
const DEBOUNCE_MS = 60;

/** Who is in a team. Fires `changed` when a user joins or leaves. */
class Members extends PageView {
  static override properties = { ...PageView.properties, team: { attribute: false } };
  declare team: Team;
  private members!: Paged<ListedUser>;
  private found!: Resource<ListedUser[]>;
  private adding!: Change;
  private added: ListedUser | undefined;
  private removal: Question | undefined;
  private q = '';
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected override begin(): Resource<unknown>[] {
    const { api, session } = this.app;
    const path = { team_id: this.team.team_id };
    this.members = new Paged(this.app, (cursor, signal) =>
      api.send('get', '/teams/{team_id}/members', { path, query: { limit: 50, ...cursor }, signal }),
    );
    this.found = new Resource(this.app, (signal) => this.search(signal));
    this.adding = new Change(session);
    this.watch(this.adding);
    return [this.members, this.found];
  }

  override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('team') as Team | undefined;
    if (before && before.team_id !== this.team.team_id) this.restart();
  }

  override render(): TemplateResult {
    const { app } = this;
    const mayEdit = app.session.may('edit_user') && app.session.reachesTeam(this.team.team_id);
    return html`
      <h3>${app.text.teams.members}</h3>
      ${shown(
        app,
        this.members,
        ({ items }) => html`
        <ul class="rows" data-members>${items.map((user) => this.row(user, mayEdit))}</ul>
        ${moreOf(app, this.members)}`,
      )}
      ${mayEdit && !this.team.archived ? this.searchForm() : nothing}`;
  }

  private row(user: ListedUser, mayEdit: boolean): TemplateResult {
    const { session, text } = this.app;
    const leads = user.leads.includes(this.team.team_id);
    return html`
      <li data-member=${user.user_id}>
        ${userLink(this.app, user)}
        ${leads ? html`<span class="chip">${text.teams.lead}</span>` : nothing}
        ${user.status === 'active' ? nothing : html`<span class="chip warning">${text.statuses[user.status]}</span>`}
        ${
          mayEdit && (!leads || session.may('change_leads'))
            ? html`<button type="button" class="link-button" aria-label=${text.actions.of(text.teams.remove, user.name)}
              @click=${() => this.ask(user)}>${text.teams.remove}</button>`
            : nothing
        }
        ${
          this.removal?.about === user.user_id
            ? html`<roster-question .app=${this.app} .question=${this.removal} @done=${this.left} @cancelled=${this.cancelled}
            ></roster-question>`
            : nothing
        }
      </li>`;
  }

  private searchForm(): TemplateResult {
    const { app } = this;
    const { text } = app;
    const missing = missingLetters(this.q);
    const members = new Set(this.members.value?.items.map((user) => user.user_id));
    return html`
      <div class="field">
        <label for="add-member">${text.teams.addMember}</label>
        <input id="add-member" type="search" autocomplete="off" maxlength="254" dir="auto" .value=${live(this.q)}
          aria-describedby="add-member-hint" @input=${this.typed}>
        <span class="hint" id="add-member-hint">${missing > 0 ? text.list.typeMore(missing) : nothing}</span>
      </div>
      ${
        this.q && missing === 0
          ? shown(
              app,
              this.found,
              (users) => html`
          <ul class="rows" data-found>
            ${users.length === 0 ? html`<li>${text.list.noMatch}</li>` : nothing}
            ${users.map(
              (user) => html`<li>
              ${userLink(app, user)} <span>${user.email ?? ''}</span>
              ${
                members.has(user.user_id)
                  ? html`<span class="hint">${text.teams.isMember}</span>`
                  : !app.session.reaches(user)
                    ? html`<span class="hint">${text.teams.outside}</span>`
                    : html`<button type="button" class="link-button" aria-label=${text.actions.of(text.teams.add, user.name)}
                    aria-disabled=${this.adding.isWorking ? 'true' : 'false'}
                    @click=${() => this.add(user)}>${text.teams.add}</button>`
              }
            </li>`,
            )}
          </ul>`,
            )
          : nothing
      }
      ${failure(app, this.adding, () => this.added && this.add(this.added), this.showCurrent)}`;
  }

  private async search(signal: AbortSignal): Promise<ListedUser[]> {
    if (!this.q || missingLetters(this.q) > 0) return [];
    const query = { q: this.q, limit: FOUND };
    return (await this.app.api.send('get', '/users', { query, signal })).items;
  }

  private readonly typed = (event: Event): void => {
    this.q = (event.target as HTMLInputElement).value;
    this.adding.forget();
    clearTimeout(this.typing);
    this.typing = setTimeout(() => void this.found.load(), DEBOUNCE_MS);
  };

  /** All teams of the user after the edit, for the version that was read. */
  private edit(user: ListedUser, teams: string[]): Promise<User> {
    const path = { user_id: user.user_id };
    return this.app.api.send('patch', '/users/{user_id}', { path, body: { teams }, ifMatch: user.version });
  }

  /** The user as they are now, if they are in the team, or no longer. */
  private async already({ user_id }: ListedUser, isIn: boolean): Promise<User | undefined> {
    const user = await this.app.api.send('get', '/users/{user_id}', { path: { user_id } });
    return user.teams.some((team) => team.team_id === this.team.team_id) === isIn ? user : undefined;
  }

  private add(user: ListedUser): void {
    const { live, text } = this.app;
    if (this.adding.isWorking) return;
    this.added = user;
    const teams = [...user.teams.map((team) => team.team_id), this.team.team_id];
    void this.adding.send(
      () => this.edit(user, teams),
      () => {
        live.say(text.teams.joined(user.name, this.team.name));
        this.changed();
        this.focusOn('#add-member');
      },
      () => this.already(user, true),
    );
  }

  private ask(user: ListedUser): void {
    const { actions, teams } = this.app.text;
    this.removal = {
      about: user.user_id,
      title: teams.asksLeave(user.name, this.team.name),
      does: [teams.leaveDoes],
      confirm: actions.of(teams.remove, user.name),
      said: teams.left(user.name, this.team.name),
      current: this.showCurrent,
      send: () => {
        const current = this.members.value?.items.find((known) => known.user_id === user.user_id) ?? user;
        const others = current.teams.filter((team) => team.team_id !== this.team.team_id);
        return this.edit(
          current,
          others.map((team) => team.team_id),
        );
      },
      already: () => this.already(user, false),
    };
    this.requestUpdate();
  }

  private readonly left = (): void => {
    this.removal = undefined;
    this.changed();
    this.focusOn('#add-member');
  };

  private readonly cancelled = (): void => {
    const about = this.removal?.about ?? '';
    this.removal = undefined;
    this.focusOn(`[data-member="${about}"] button`);
  };

  private readonly showCurrent = (): void => {
    this.adding.seeCurrent();
    this.reload();
  };

  private changed(): void {
    this.reload();
    this.dispatchEvent(new Event('changed'));
  }
}

define('roster-members', Members);
