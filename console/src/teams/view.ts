import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Team } from '../api/types.js';
import { define } from '../define.js';
import { link } from '../link.js';
import { nameForm } from '../name_form.js';
import { PageView } from '../page.js';
import { countedAt, moreOf, Paged, type Resource, shown } from '../resource.js';
import './team.js';

/** The teams, or one of them. */
class Teams extends PageView {
  private teams!: Paged<Team>;
  private opened = '';

  protected override begin(): Resource<unknown>[] {
    const { api, address } = this.app;
    this.teams = new Paged(this.app, (cursor, signal) =>
      api.send('get', '/teams', { query: { archived: 'all', limit: 100, ...cursor }, signal }),
    );
    this.opened = address.place.item;
    address.addEventListener('change', this.follow);
    return [this.teams];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.address.removeEventListener('change', this.follow);
  }

  override render(): TemplateResult {
    const { app } = this;
    const { item } = app.address.place;
    if (item) return html`${keyed(item, html`<roster-team .app=${app} .teamId=${item}></roster-team>`)}`;
    return html`
      <section class="page" aria-label=${app.text.views.teams}>
        ${app.session.may('create_teams') ? this.form() : nothing}
        ${shown(app, this.teams, ({ items }) =>
          items.length > 0 ? this.table(items) : html`<p class="empty">${app.text.teams.noneYet}</p>`,
        )}
      </section>`;
  }

  private form(): TemplateResult {
    const { app } = this;
    const { api, address, live, text } = app;
    return nameForm(app, {
      id: 'team-name',
      label: text.teams.newTeam,
      button: text.teams.create,
      send: (name, idempotencyKey) => api.send('post', '/teams', { body: { name }, idempotencyKey }),
      done: (team) => {
        live.say(text.teams.created(team.name));
        address.go({ item: team.team_id }, 'push');
      },
    });
  }

  private table(teams: Team[]): TemplateResult {
    const { app } = this;
    const { text, format } = app;
    return html`
      <div class="table-frame">
        <table>
          <caption class="unseen">${text.views.teams}</caption>
          <thead><tr>
            <th scope="col">${text.list.name}</th>
            <th scope="col">${text.teams.members}</th>
            <th scope="col">${text.teams.grants}</th>
            <th scope="col">${text.list.status}</th>
          </tr></thead>
          <tbody>
            ${teams.map(
              (team) => html`
              <tr data-team=${team.team_id}>
                <th scope="row">${link(app, { item: team.team_id }, team.name)}</th>
                <td>${format.count(team.members)}</td>
                <td>${format.list(team.skills.map(({ skill, level }) => text.pages.skill(skill, level)))}</td>
                <td>${team.archived ? html`<span class="chip warning">${text.teams.archived}</span>` : text.statuses.active}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${countedAt(app, teams)}
      ${moreOf(app, this.teams)}`;
  }

  /** Another team, or the list: it is read again, and the focus returns to the team that was open. */
  private readonly follow = (): void => {
    const { item } = this.app.address.place;
    this.requestUpdate();
    if (item === this.opened) return;
    if (!item) void this.returnFrom(this.opened);
    this.opened = item;
  };

  private async returnFrom(team: string): Promise<void> {
    await this.teams.load();
    await this.updateComplete;
    (this.one(`[data-team="${CSS.escape(team)}"] a`) ?? this.one('#team-name'))?.focus();
  }
}

define('roster-teams', Teams);
