import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { SkillLevel, User } from '../api/types.js';
import { define } from '../define.js';
import { icon } from '../icons.js';
import { later } from '../later.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import type { AssignForm } from './assign_form.js';
import './assign_form.js';
import { sourcesOf } from './consequences.js';
import { lockedReason } from './edit_fields.js';
import type { OpenedUser } from './opened.js';
import { skillsOf } from './skill_row.js';

/** From so much of the limit on, the worker's attributes are getting short of room. */
const SHORT_FROM = 0.8;

/** The most skills that a preset has. */
const MAX_PRESET_SKILLS = 40;

type AllAtOnce = 'copy' | 'save';
/** What is unsaved in each. */
const DRAFTS: Record<AllAtOnce, string> = { copy: 'roster-copy-skills', save: 'preset-of-user' };

/** *Assigned skills*: all that a user has, from where, and what can be done about it. */
class Skills extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  private isAssigning = false;
  /** The skill from whose row the form was opened. */
  private changing: string | undefined;
  /** What is done with all skills at once. */
  private doing: AllAtOnce | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened, this.opened.drafts, this.app.session);
  }

  override render(): TemplateResult | typeof nothing {
    const { user } = this.opened;
    if (!user) return nothing;
    const { skills } = this.app.text.user;
    const lent = user.temporary_skills.map(({ skill }) => skill);
    const held = [...sourcesOf(user, this.opened.choices.teams).keys(), ...lent, ...skillsOf(this.opened.drafts.forms)];
    const names = [...new Set(held)].sort(this.app.format.collator.compare);
    const reason = lockedReason(this.app, user);
    const mayAssign = this.app.session.may('assign_skills') && user.status !== 'deleted' && !reason;
    return html`
      ${reason ? html`<p class="note">${reason}</p>` : nothing}
      ${this.notRouted(user)}
      ${user.sync.contested?.includes('skills') ? html`<p class="note warning">${skills.contested}</p>` : nothing}
      ${this.budget(user)}
      ${
        this.isAssigning
          ? html`<roster-assign-form .app=${this.app} .opened=${this.opened} @closed=${this.closed}>
            </roster-assign-form>`
          : mayAssign
            ? html`<button type="button" class="button with-icon" data-assign @click=${this.assign}>${icon('add')}
              ${this.app.text.user.assign.title}</button>`
            : nothing
      }
      ${this.allAtOnce(user, mayAssign)}
      ${
        this.opened.choices.error && !this.isAssigning
          ? problem(this.app, this.opened.choices.error, {
              kept: this.app.text.errors.keptInput,
              retry: () => void this.opened.choices.load(),
            })
          : nothing
      }
      ${names.length === 0 ? html`<p class="hint">${skills.none}</p>` : nothing}
      <ul class="skills">
        ${repeat(
          names,
          (name) => name,
          (name) => html`
          <li><roster-skill-row .app=${this.app} .opened=${this.opened} .skill=${name} .done=${this.rowDone}
            .changeTime=${this.changeTime}>
          </roster-skill-row></li>`,
        )}
      </ul>`;
  }

  /** Copying the skills of another, and keeping these as a preset. */
  private allAtOnce(user: User, mayAssign: boolean): TemplateResult {
    const { app, doing } = this;
    const { skills } = app.text.user;
    const { assigned_skills: assigned, user_id: id } = user;
    const maySave = app.session.may('manage_presets') && assigned.length > 0 && assigned.length <= MAX_PRESET_SKILLS;
    const button = (what: AllAtOnce, label: string): TemplateResult =>
      html`<button type="button" class="button" data-all=${what} aria-expanded=${doing === what ? 'true' : 'false'}
        @click=${() => this.toggle(what)}>${label}</button>`;
    return html`
      <div class="buttons">
        ${mayAssign ? button('copy', skills.copy) : nothing} ${maySave ? button('save', skills.saveAsPreset) : nothing}
      </div>
      ${doing ? later(app, 'pages', () => this.form(doing, id, assigned)) : nothing}`;
  }

  private form(doing: AllAtOnce, id: string, assigned: SkillLevel[]): TemplateResult {
    const { app } = this;
    return doing === 'copy'
      ? html`<roster-copy-skills class="confirmation" .app=${app} .users=${{ ids: [id] }} @closed=${this.doneAll}>
        </roster-copy-skills>`
      : html`<roster-save-preset .app=${app} .skills=${assigned} @closed=${this.doneAll}></roster-save-preset>`;
  }

  private toggle(what: AllAtOnce): void {
    const show = (): void => {
      this.doing = this.doing === what ? undefined : what;
      this.requestUpdate();
    };
    if (this.doing) this.opened.drafts.leave(show, DRAFTS[this.doing]);
    else show();
  }

  private readonly doneAll = (): void => {
    const { doing } = this;
    this.doing = undefined;
    this.focusOn(`[data-all=${doing}]`);
  };

  private notRouted(user: User): TemplateResult | typeof nothing {
    const { skills } = this.app.text.user;
    if (user.status !== 'active') return html`<p class="note">${skills.notActive}</p>`;
    return user.role !== 'agent' && !user.act_as_agent ? html`<p class="note">${skills.notActing}</p>` : nothing;
  }

  private budget(user: User): TemplateResult | typeof nothing {
    const { attributes } = user;
    if (!attributes || attributes.used < attributes.limit * SHORT_FROM) return nothing;
    const { budget } = this.app.text.user;
    const { format } = this.app;
    const said = budget.used(format.number(attributes.used), format.number(attributes.limit));
    return html`<div class="budget">
      <label for="budget">${budget.title}</label>
      <meter id="budget" min="0" max=${attributes.limit} high=${attributes.limit * SHORT_FROM} optimum="0"
        .value=${Math.min(attributes.used, attributes.limit)}></meter>
      <span class=${attributes.used > attributes.limit ? 'field-error' : 'hint'}>${said}
        ${attributes.used > attributes.limit ? budget.over : budget.hint}</span>
    </div>`;
  }

  private readonly assign = (): void => {
    this.isAssigning = true;
    this.requestUpdate();
  };

  /** In the form, which may be open for other skills by then. */
  private readonly changeTime = async (skill: string): Promise<void> => {
    this.isAssigning = true;
    this.changing = skill;
    this.requestUpdate();
    await this.updateComplete;
    await this.one<AssignForm>('roster-assign-form')?.changeTime(skill);
  };

  /** The focus goes back to where the form was opened from. */
  private readonly closed = async (): Promise<void> => {
    const { changing } = this;
    Object.assign(this, { isAssigning: false, changing: undefined });
    this.requestUpdate();
    await this.updateComplete;
    const rows = [...this.querySelectorAll<View & { skill: string }>('roster-skill-row')];
    const row = rows.find(({ skill }) => skill === changing);
    (row?.querySelector<HTMLElement>('[data-time]') ?? this.one('[data-assign]'))?.focus();
  };

  /** What had the focus may no longer exist, with its row. */
  private readonly rowDone = async (row: View): Promise<void> => {
    await Promise.all([this.updateComplete, row.updateComplete]);
    const next = row.isConnected ? row : this.one('roster-skill-row');
    (next?.querySelector<HTMLElement>('input, button') ?? this.one('[data-assign]'))?.focus();
  };
}

define('roster-skills', Skills);
