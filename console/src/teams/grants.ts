import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill, SkillLevel, Team } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { isLevel, levelField, levelOf } from '../levels.js';
import { Choices } from '../list/choices.js';
import { PageView } from '../page.js';
import { problem } from '../problem.js';
import type { Question } from '../question.js';

/** The skills that a team grants. Fires `changed` with the team, and `stale` if another user has changed it. */
class Grants extends PageView {
  static override properties = { ...PageView.properties, team: { attribute: false } };
  declare team: Team;
  private choices!: Choices;
  private change!: Change;
  private removal: Question | undefined;
  /** The skill that is given a level, and what is typed. */
  private skill = '';
  private level = '';

  protected override begin(): Choices[] {
    this.choices = new Choices(this.app);
    this.change = new Change(this.app.session);
    this.watch(this.change);
    return [this.choices];
  }

  override render(): TemplateResult {
    const { app, team } = this;
    const { text } = app;
    const mayChange = app.session.may('manage_teams') && app.session.reachesTeam(team.team_id);
    return html`
      <h3>${text.teams.grants}</h3>
      ${
        team.skills.length > 0
          ? html`<ul class="rows">${team.skills.map((skill) => this.row(skill, mayChange))}</ul>`
          : html`<p>${text.common.none}</p>`
      }
      ${mayChange ? this.form() : nothing}
      ${
        this.choices.error
          ? problem(app, this.choices.error, { kept: text.errors.keptInput, retry: this.reload })
          : nothing
      }`;
  }

  private row(granted: SkillLevel, mayChange: boolean): TemplateResult {
    const { actions, pages, teams } = this.app.text;
    const { skill, level } = granted;
    const show = (): void => {
      Object.assign(this, { skill, level: level === null ? '' : String(level) });
      this.change.forget();
      this.focusOn(level === null ? '#grant' : '#grant-level');
    };
    const edit = (): void => {
      if (!this.change.isWorking) this.drafts.leave(show, this.draftName);
    };
    return html`
      <li data-skill=${skill}>
        <span>${pages.skill(skill, level)}</span>
        ${
          mayChange
            ? html`
            <button type="button" class="link-button" aria-label=${actions.of(actions.edit, skill)} @click=${edit}>${actions.edit}</button>
            <button type="button" class="link-button" data-remove aria-label=${actions.of(teams.remove, skill)}
              @click=${() => this.ask(skill)}>${teams.remove}</button>`
            : nothing
        }
        ${
          this.removal?.about === skill
            ? html`<roster-question .app=${this.app} .question=${this.removal} @done=${this.removed} @cancelled=${this.cancelled}
            ></roster-question>`
            : nothing
        }
      </li>`;
  }

  private form(): TemplateResult {
    const { app } = this;
    const { text, format } = app;
    const skill = this.chosen;
    return html`
      <form class="toolbar" @submit=${submitted(() => void this.send())}>
        <div class="fields" ?inert=${this.change.isWorking}>
        <div class="field">
          <label for="grant">${text.teams.grant}</label>
          <select id="grant" required @change=${(event: Event) => this.choose((event.target as HTMLSelectElement).value)}>
            <option value="" .selected=${live(!this.skill)}>${text.pages.choose}</option>
            ${this.choices.skills.map(
              (known) => html`
              <option value=${known.skill} .selected=${live(known.skill === this.skill)}>${known.skill} (${known.skill_set})</option>`,
            )}
          </select>
        </div>
        ${skill?.levels ? levelField(app, 'grant-level', skill, this.level, this.typed) : nothing}
        </div>
        ${sendButton(app, this.change, text.teams.grantSkill, '')}
      </form>
      ${skill ? html`<p class="hint">${text.teams.grantDoes(skill.skill, format.count(this.team.members))}</p>` : nothing}
      ${failure(app, this.change, this.send, this.stale)}`;
  }

  private get chosen(): Skill | undefined {
    return this.choices.skills.find((known) => known.skill === this.skill);
  }

  private choose(skill: string): void {
    Object.assign(this, { skill, level: '' });
    this.change.forget();
  }

  private readonly typed = (level: string): void => {
    this.level = level;
    this.change.forget();
  };

  /** A level out of range stays, and is explained beside its field. */
  private readonly send = (): void => {
    const { api, live, text } = this.app;
    const { chosen, level, team } = this;
    if (!chosen) return;
    if (!isLevel(level, chosen)) {
      this.one('.level input')?.focus();
      return;
    }
    const path = { team_id: team.team_id, skill: chosen.skill };
    const body = levelOf(level);
    void this.change.send(
      () => api.send('put', '/teams/{team_id}/skills/{skill}', { path, body, ifMatch: team.version }),
      (after) => {
        live.say(text.teams.granted(text.pages.skill(chosen.skill, body.level ?? null)));
        this.choose('');
        this.fire(after);
        this.focusOn('#grant');
      },
      async () => {
        const { granted, after } = await this.current(chosen.skill);
        return granted && granted.level === (body.level ?? null) ? after : undefined;
      },
    );
  };

  protected override get isUnsaved(): boolean {
    const granted = this.team.skills.find(({ skill }) => skill === this.skill);
    return this.skill !== '' && !(granted && this.level === String(granted.level ?? ''));
  }

  private ask(skill: string): void {
    const { api, format, text } = this.app;
    const { team } = this;
    this.removal = {
      about: skill,
      title: text.teams.asksRemove(skill),
      does: [text.teams.removeDoes(format.count(team.members))],
      confirm: text.actions.of(text.teams.remove, skill),
      said: text.teams.removed(skill),
      current: this.stale,
      send: async () => {
        const path = { team_id: team.team_id, skill };
        this.fire(await api.send('delete', '/teams/{team_id}/skills/{skill}', { path, ifMatch: this.team.version }));
      },
      already: async () => {
        const { granted, after } = await this.current(skill);
        if (granted) return undefined;
        this.fire(after);
        return true;
      },
    };
    this.requestUpdate();
  }

  /** The team as it is now, and what it grants of a skill. */
  private async current(skill: string): Promise<{ after: Team; granted: SkillLevel | undefined }> {
    const after = await this.app.api.send('get', '/teams/{team_id}', { path: { team_id: this.team.team_id } });
    return { after, granted: after.skills.find((known) => known.skill === skill) };
  }

  private readonly removed = (): void => {
    this.removal = undefined;
    this.focusOn('#grant');
  };

  private readonly cancelled = (): void => {
    const about = this.removal?.about ?? '';
    this.removal = undefined;
    this.focusOn(`[data-skill="${CSS.escape(about)}"] [data-remove]`);
  };

  private readonly stale = (): void => {
    this.change.seeCurrent();
    this.dispatchEvent(new Event('stale'));
  };

  private fire(team: Team): void {
    this.dispatchEvent(new CustomEvent('changed', { detail: team }));
  }
}

define('roster-grants', Grants);
