import { html, nothing, type TemplateResult } from 'lit';
import type { Team } from '../api/types.js';
import { isGone } from '../change.js';
import { define } from '../define.js';
import { link } from '../link.js';
import { nameForm } from '../name_form.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import '../question.js';
import { Resource, shown } from '../resource.js';
import './grants.js';
import './members.js';

/** One team: its name, whether it is archived, what it grants, and who is in it. */
class TeamView extends PageView {
  static override properties = { ...PageView.properties, teamId: { attribute: false } };
  declare teamId: string;
  private team!: Resource<Team>;
  private question: Question | undefined;

  protected override begin(): Resource<unknown>[] {
    const path = { team_id: this.teamId };
    this.team = new Resource(this.app, (signal) => this.app.api.send('get', '/teams/{team_id}', { path, signal }));
    return [this.team];
  }

  override firstUpdated(): void {
    this.one('a')?.focus();
  }

  override render(): TemplateResult {
    const { app } = this;
    return html`
      <section class="page" aria-label=${this.team.value?.name ?? app.text.views.teams}>
        <p>${link(app, { item: '' }, app.text.teams.back)}</p>
        ${shown(app, this.team, (team) => this.parts(team))}
      </section>`;
  }

  private parts(team: Team): TemplateResult {
    const { app } = this;
    const { text, format } = app;
    const changed = (event: CustomEvent<Team>): void => this.changed(event.detail);
    return html`
      <h2 dir="auto">${team.name} ${team.archived ? html`<span class="chip warning">${text.teams.archived}</span>` : nothing}</h2>
      <p>${text.teams.memberCount(team.members, format.count(team.members))}
        ${team.archived ? text.teams.archivedMeans : nothing}</p>
      ${app.session.reachesTeam(team.team_id) ? nothing : html`<p class="note">${text.teams.notLed}</p>`}
      ${app.session.may('manage_teams') && app.session.reachesTeam(team.team_id) ? this.form(team) : nothing}
      ${this.buttons(team)}
      <roster-grants .app=${app} .team=${team} @changed=${changed} @stale=${this.team.load}></roster-grants>
      <roster-members .app=${app} .team=${team} @changed=${this.team.load}></roster-members>`;
  }

  private form(team: Team): TemplateResult {
    const { app } = this;
    const { api, live, text } = app;
    const path = { team_id: team.team_id };
    return nameForm(app, {
      id: 'team-name',
      label: text.list.name,
      button: text.teams.rename,
      kind: '',
      initial: team.name,
      send: (name) => api.send('patch', '/teams/{team_id}', { path, body: { name }, ifMatch: team.version }),
      already: async (name) => {
        const there = await api.send('get', '/teams/{team_id}', { path });
        return there.name === name ? there : undefined;
      },
      done: (after) => {
        live.say(text.teams.renamed(after.name));
        this.changed(after);
      },
      current: () => void this.team.load(),
    });
  }

  private buttons(team: Team): TemplateResult {
    const { session, text } = this.app;
    const button = (about: string, label: string, question: Question): TemplateResult => html`
      <button type="button" class="button" data-about=${about} @click=${() => this.ask(question)}>${label}</button>`;
    return html`
      <div class="buttons">
        ${
          session.may('archive_teams')
            ? button('archive', team.archived ? text.teams.unarchive : text.teams.archive, this.archiving(team))
            : nothing
        }
        ${session.may('delete_teams') ? button('delete', text.actions.delete, this.deleting(team)) : nothing}
      </div>
      ${
        this.question
          ? html`<roster-question .app=${this.app} .question=${this.question} @done=${this.done} @cancelled=${this.close}
          ></roster-question>`
          : nothing
      }`;
  }

  private archiving(team: Team): Question {
    const { api, text, format } = this.app;
    const { teams } = text;
    const count = teams.memberCount(team.members, format.count(team.members));
    const archived = !team.archived;
    return {
      about: 'archive',
      title: archived ? teams.asksArchive(team.name) : teams.asksUnarchive(team.name),
      does: [archived ? teams.archiveDoes : teams.unarchiveDoes, count],
      confirm: text.actions.of(archived ? teams.archive : teams.unarchive, team.name),
      said: archived ? teams.isArchived(team.name) : teams.isUnarchived(team.name),
      current: this.team.load,
      send: () => {
        const path = { team_id: team.team_id };
        return api.send('patch', '/teams/{team_id}', { path, body: { archived }, ifMatch: this.team.value!.version });
      },
      already: async () => {
        const there = await api.send('get', '/teams/{team_id}', { path: { team_id: team.team_id } });
        return there.archived === archived ? there : undefined;
      },
    };
  }

  private deleting(team: Team): Question {
    const { api, session, text } = this.app;
    const { teams, actions } = text;
    const canArchive = session.may('archive_teams') && !team.archived;
    return {
      about: 'delete',
      title: actions.asksDelete(team.name),
      does: [teams.deleteDoes],
      confirm: actions.of(actions.delete, team.name),
      isDestructive: true,
      said: actions.deleted(team.name),
      current: this.team.load,
      ...(canArchive ? { instead: { label: teams.archiveInstead, ask: () => this.ask(this.archiving(team)) } } : {}),
      send: () => {
        const path = { team_id: team.team_id };
        return api.send('delete', '/teams/{team_id}', { path, ifMatch: this.team.value!.version });
      },
      already: isGone,
    };
  }

  private async ask(question: Question): Promise<void> {
    this.question = undefined;
    this.requestUpdate();
    await this.updateComplete;
    this.question = question;
    this.requestUpdate();
  }

  private readonly done = (): void => {
    if (this.question?.about === 'delete') this.app.address.go({ item: '' }, 'push');
    else {
      void this.team.load();
      this.close();
    }
  };

  private readonly close = (): void => {
    const about = this.question?.about;
    this.question = undefined;
    this.focusOn(`[data-about=${about}]`);
  };

  private changed(team: Team): void {
    this.team.value = team;
    this.requestUpdate();
  }
}

define('roster-team', TeamView);
