import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { User } from '../api/types.js';
import { define } from '../define.js';
import { icon } from '../icons.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import './assign_form.js';
import { sourcesOf } from './consequences.js';
import { lockedReason } from './edit_fields.js';
import type { OpenedUser } from './opened.js';
import { skillsOf } from './skill_row.js';

/** From so much of the limit on, the worker's attributes are getting short of room. */
const SHORT_FROM = 0.8;

/** *Assigned skills*: all that a user has, from where, and what can be done about it. */
class Skills extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  private isAssigning = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened, this.opened.drafts, this.app.session);
  }

  override render(): TemplateResult | typeof nothing {
    const { user } = this.opened;
    if (!user) return nothing;
    const { skills } = this.app.text.user;
    const held = [...sourcesOf(user, this.opened.choices.teams).keys(), ...skillsOf(this.opened.drafts.forms)];
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
          <li><roster-skill-row .app=${this.app} .opened=${this.opened} .skill=${name} .done=${this.rowDone}>
          </roster-skill-row></li>`,
        )}
      </ul>`;
  }

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

  private readonly closed = async (): Promise<void> => {
    this.isAssigning = false;
    this.requestUpdate();
    await this.updateComplete;
    this.one('[data-assign]')?.focus();
  };

  /** What had the focus may no longer exist, with its row. */
  private readonly rowDone = async (row: View): Promise<void> => {
    await Promise.all([this.updateComplete, row.updateComplete]);
    const next = row.isConnected ? row : this.one('roster-skill-row');
    (next?.querySelector<HTMLElement>('input, button') ?? this.one('[data-assign]'))?.focus();
  };
}

define('roster-skills', Skills);
