import { html, nothing, type TemplateResult } from 'lit';
import type { Skill, SkillSet } from '../api/types.js';
import { isGone } from '../change.js';
import { define } from '../define.js';
import { link } from '../link.js';
import { nameForm } from '../name_form.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import '../question.js';
import { countedAt, moreOf, Paged, type Resource, shown } from '../resource.js';
import './definition.js';
import './flex.js';
import { levels } from './levels.js';
import './presets.js';

/** The catalog: skill sets with their skills, who uses them, and what Flex defines. */
class Skills extends PageView {
  private sets!: Paged<SkillSet>;
  private question: Question | undefined;
  /** The skill set that gets a skill, or the skill with the levels to change: `set` or `set/skill`. */
  private editing = '';

  protected override begin(): Resource<unknown>[] {
    const { api } = this.app;
    this.sets = new Paged(this.app, (cursor, signal) =>
      api.send('get', '/skill-sets', { query: { limit: 100, ...cursor }, signal }),
    );
    return [this.sets];
  }

  override render(): TemplateResult {
    const { app } = this;
    return html`
      <section class="page" aria-label=${app.text.views.skills}>
        <p class="hint">${app.text.skills.noRename}</p>
        ${app.session.may('manage_skills') ? this.form() : nothing}
        ${shown(
          app,
          this.sets,
          ({ items }) => html`
          ${items.length > 0 ? items.map((set) => this.set(set)) : html`<p class="empty">${app.text.skills.noneYet}</p>`}
          ${countedAt(
            app,
            items.flatMap((set) => set.skills),
          )}
          ${moreOf(app, this.sets)}`,
        )}
        <roster-presets .app=${app}></roster-presets>
        <roster-flex-skills .app=${app} @imported=${this.sets.load}></roster-flex-skills>
      </section>`;
  }

  private form(): TemplateResult {
    const { app } = this;
    const { api, live, text } = app;
    return nameForm(app, {
      id: 'set-name',
      label: text.skills.newSet,
      button: text.skills.createSet,
      send: (name, idempotencyKey) => api.send('post', '/skill-sets', { body: { name }, idempotencyKey }),
      done: (set) => {
        live.say(text.skills.setCreated(set.name));
        void this.sets.load();
      },
    });
  }

  private set(set: SkillSet): TemplateResult {
    const { session, text } = this.app;
    return html`
      <h2 dir="auto">${set.name}</h2>
      ${set.skills.length > 0 ? this.table(set) : html`<p>${text.skills.emptySet}</p>`}
      <div class="buttons">
        ${
          session.may('manage_skills')
            ? html`<button type="button" class="button" data-edit=${set.name} aria-label=${text.skills.addTo(set.name)}
              @click=${() => this.edit(set.name)}>${text.skills.add}</button>`
            : nothing
        }
        ${
          session.may('delete_skills')
            ? html`<button type="button" class="button" data-about=${set.name} aria-label=${text.actions.of(text.actions.delete, set.name)}
              @click=${() => this.ask(this.deletingSet(set))}>${text.actions.delete}</button>`
            : nothing
        }
      </div>
      ${this.below(set.name)}
      ${this.editing === set.name ? this.definition(set.name) : nothing}`;
  }

  private table(set: SkillSet): TemplateResult {
    const { skills, list } = this.app.text;
    return html`
      <div class="table-frame">
        <table>
          <caption class="unseen">${set.name}</caption>
          <thead><tr>
            <th scope="col">${list.skill}</th>
            <th scope="col">${skills.levels}</th>
            <th scope="col">${skills.users}</th>
            <th scope="col">${skills.teams}</th>
            <th scope="col">${skills.inheriting}</th>
            <th scope="col"><span class="unseen">${list.actions}</span></th>
          </tr></thead>
          <tbody>${set.skills.map((skill) => this.row(skill))}</tbody>
        </table>
      </div>`;
  }

  private row(skill: Skill): TemplateResult {
    const { session, text, format } = this.app;
    const { actions, skills } = text;
    const about = `${skill.skill_set}/${skill.skill}`;
    const holders = { view: 'users', skill: skill.skill, min_level: '', status: 'all', after: '', pages: '1' };
    return html`
      <tr data-skill=${skill.skill}>
        <th scope="row">${link(this.app, holders, skill.skill)}</th>
        <td>${levels(skill, (value) => format.number(value), skills.noLevels)}
          ${skill.level_required ? html`<span class="chip">${skills.required}</span>` : nothing}</td>
        <td>${format.count(skill.users)}</td>
        <td>${format.count(skill.teams)}</td>
        <td>${format.count(skill.inheriting_users)}</td>
        <td>
          ${
            session.may('manage_skills')
              ? html`<button type="button" class="link-button" data-edit=${about} aria-label=${actions.of(actions.edit, skill.skill)}
                @click=${() => this.edit(about)}>${actions.edit}</button>`
              : nothing
          }
          ${
            session.may('delete_skills')
              ? html`<button type="button" class="link-button" data-about=${about} aria-label=${actions.of(actions.delete, skill.skill)}
                @click=${() => this.ask(this.deletingSkill(skill))}>${actions.delete}</button>`
              : nothing
          }
        </td>
      </tr>
      ${
        this.editing === about || this.question?.about === about
          ? html`<tr><td colspan="6">${this.below(about)}${this.editing === about ? this.definition(skill.skill_set, skill) : nothing}</td></tr>`
          : nothing
      }`;
  }

  private below(about: string): TemplateResult | typeof nothing {
    return this.question?.about === about
      ? html`<roster-question .app=${this.app} .question=${this.question} @done=${this.deleted} @cancelled=${this.cancelled}
        ></roster-question>`
      : nothing;
  }

  private definition(set: string, skill?: Skill): TemplateResult {
    return html`<roster-definition .app=${this.app} .set=${set} .skill=${skill} @saved=${this.saved} @stale=${this.sets.load}
      @cancelled=${this.closed}></roster-definition>`;
  }

  private deletingSet(set: SkillSet): Question {
    const { api, text } = this.app;
    return this.deleting(set.name, set.name, text.skills.deleteSetDoes, () => {
      const current = this.sets.value?.items.find((known) => known.name === set.name) ?? set;
      return api.send('delete', '/skill-sets/{name}', { path: { name: set.name }, ifMatch: current.version });
    });
  }

  private deletingSkill(skill: Skill): Question {
    const { api, text } = this.app;
    return this.deleting(`${skill.skill_set}/${skill.skill}`, skill.skill, text.skills.deleteDoes, () => {
      const path = { name: skill.skill_set, skill: skill.skill };
      const all = this.sets.value?.items.flatMap((set) => set.skills) ?? [];
      const current = all.find((known) => known.skill === skill.skill) ?? skill;
      return api.send('delete', '/skill-sets/{name}/skills/{skill}', { path, ifMatch: current.version });
    });
  }

  private deleting(about: string, name: string, does: string, send: Question['send']): Question {
    const { actions } = this.app.text;
    return {
      about,
      title: actions.asksDelete(name),
      does: [does],
      confirm: actions.of(actions.delete, name),
      isDestructive: true,
      said: actions.deleted(name),
      current: this.sets.load,
      send,
      already: isGone,
    };
  }

  private ask(question: Question): void {
    this.leaveDefinition(() => {
      Object.assign(this, { question, editing: '' });
      this.requestUpdate();
    });
  }

  private edit(about: string): void {
    this.leaveDefinition(() => {
      Object.assign(this, { question: undefined, editing: about });
      this.focusOn('roster-definition input');
    });
  }

  /** What is typed about a skill is not lost without being asked about. */
  private leaveDefinition(act: () => void): void {
    this.drafts.leave(act, 'roster-definition');
  }

  private readonly deleted = (): void => {
    this.question = undefined;
    void this.sets.load();
    this.focusOn('#set-name');
  };

  private readonly cancelled = (): void => {
    const about = this.question?.about ?? '';
    this.question = undefined;
    this.focusOn(`[data-about="${CSS.escape(about)}"]`);
  };

  private readonly closed = (): void => {
    const about = this.editing;
    this.editing = '';
    this.focusOn(`[data-edit="${CSS.escape(about)}"]`);
  };

  private readonly saved = (): void => {
    void this.sets.load();
    this.closed();
  };
}

define('roster-catalog', Skills);
