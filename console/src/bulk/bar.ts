import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill } from '../api/types.js';
import { Change, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { levelField } from '../levels.js';
import type { Choices } from '../list/choices.js';
import type { Selection } from '../list/selection.js';
import { View } from '../view.js';
import {
  ACTIONS,
  type ActionName,
  asksLevel,
  type Entered,
  isLevelRight,
  mayChoose,
  mayDo,
  NOTHING,
  rolesOf,
  teamsOf,
} from './actions.js';
import './copy.js';
import { planFailure, startPlan } from './planning.js';

/** What can be done with the selected users: each opens a small form, which plans. Fires `cleared`. */
class BulkBar extends View {
  static override properties = {
    ...View.properties,
    selection: { attribute: false },
    choices: { attribute: false },
    mayTakeAll: { attribute: false },
  };
  declare selection: Selection;
  declare choices: Choices;
  /** Whether more match than are shown, all of whom are selected. */
  declare mayTakeAll: boolean;
  private change!: Change;
  private action: ActionName | undefined;
  private entered = NOTHING;
  private isCopying = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    // Others are selected: that is another plan.
    this.selection.addEventListener('change', this.forget);
    this.watch(this.change, this.choices, this.selection, this.app.session);
    this.say();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.selection.removeEventListener('change', this.forget);
  }

  override render(): TemplateResult {
    const { bulk } = this.app.text;
    const actions = (Object.keys(ACTIONS) as ActionName[]).filter((action) => mayDo(this.app, action));
    return html`
      <section class="bulk-bar" aria-label=${bulk.selection}>
        <div class="buttons">
          <strong data-selected>${this.words}</strong>
          ${this.mayTakeAll ? this.button(bulk.takeAll, 'take-all', this.takeAll) : nothing}
          ${this.button(bulk.clear, 'clear', this.clear)}
        </div>
        <div class="buttons">
          ${actions.map(
            (action) => html`
            <button type="button" class="button" data-bulk-action=${action}
              aria-expanded=${action === this.action ? 'true' : 'false'}
              @click=${() => this.open(action)}>${bulk.actions[action]}</button>`,
          )}
          ${this.copyButton()}
        </div>
        ${this.action ? this.form(this.action) : nothing}
        ${
          this.isCopying
            ? html`<roster-copy-skills .app=${this.app} .users=${this.selection.users} @closed=${this.copied}></roster-copy-skills>`
            : nothing
        }
      </section>`;
  }

  protected override get isUnsaved(): boolean {
    return Object.values(this.entered).some((value) => value !== '');
  }

  private get words(): string {
    const { text, format } = this.app;
    const { isAll, count } = this.selection;
    return isAll ? text.bulk.allSelected : text.bulk.selected(count, format.number(count));
  }

  private button(label: string, name: string, act: () => void): TemplateResult {
    return html`<button type="button" class="link-button" data-act=${name} @click=${act}>${label}</button>`;
  }

  private copyButton(): TemplateResult | typeof nothing {
    const { session, text } = this.app;
    if (!session.may('assign_skills')) return nothing;
    return html`
      <button type="button" class="button" data-bulk-action="copy" aria-expanded=${this.isCopying ? 'true' : 'false'}
        @click=${this.openCopy}>${text.bulk.copy.title}</button>`;
  }

  private readonly openCopy = (): void => {
    if (this.change.isWorking) return;
    this.drafts.leave(() => {
      Object.assign(this, { action: undefined, entered: NOTHING, isCopying: !this.isCopying });
      this.change.forget();
    }, 'roster-copy-skills');
  };

  /** The focus returns to what opened the form. */
  private readonly copied = (): void => {
    this.isCopying = false;
    this.focusOn('[data-bulk-action=copy]');
  };

  private form(action: ActionName): TemplateResult {
    const { app, change } = this;
    const { bulk } = app.text;
    return html`
      <form class="stack" aria-label=${bulk.actions[action]} tabindex="-1" @keydown=${this.escaped}
        @submit=${submitted(() => void this.send(action))}>
        <div class="toolbar">
          <div class="fields" ?inert=${change.isWorking}>${ACTIONS[action].fields.map((field) => this.field(field, action))}</div>
          ${sendButton(app, change, bulk.plan)}
          <button type="button" class="button" @click=${this.close}>${app.text.actions.cancel}</button>
        </div>
        <p class="hint">${bulk.means[action]} ${bulk.planMeans}</p>
        ${planFailure(app, change, () => void this.send(action))}
      </form>`;
  }

  private field(name: keyof Entered, action: ActionName): TemplateResult | typeof nothing {
    const { app, choices } = this;
    const { text } = app;
    const options = (pairs: [value: string, label: string][], label: string): TemplateResult => html`
      <div class="field">
        <label for="bulk-${name}">${label}</label>
        <select id="bulk-${name}" required @change=${(event: Event) => this.enter(name, (event.target as HTMLSelectElement).value)}>
          <option value="" .selected=${live(this.entered[name] === '')}>${text.pages.choose}</option>
          ${pairs.map(
            ([value, words]) =>
              html`<option value=${value} .selected=${live(this.entered[name] === value)}>${words}</option>`,
          )}
        </select>
      </div>`;
    switch (name) {
      case 'skill': {
        const skills = choices.skills.filter((skill) => mayChoose(action, skill));
        return options(
          skills.map(({ skill, skill_set }) => [skill, `${skill} (${skill_set})`]),
          text.list.skill,
        );
      }
      case 'level':
        return this.skill && asksLevel(action, this.skill)
          ? levelField(app, 'bulk-level', this.skill, this.entered.level, (level) => this.enter('level', level))
          : nothing;
      case 'team':
        return options(
          teamsOf(app, choices.teams).map(({ team_id, name: team }) => [team_id, team]),
          text.list.team,
        );
      case 'role':
        return options(
          rolesOf(app).map((role) => [role, text.roles[role]]),
          text.list.role,
        );
      case 'acts':
        return options(Object.entries(text.bulk.acts), text.bulk.actions.actAsAgent);
    }
  }

  private get skill(): Skill | undefined {
    return this.choices.skills.find(({ skill }) => skill === this.entered.skill);
  }

  /** Another skill has other levels. */
  private enter(name: keyof Entered, value: string): void {
    this.entered = { ...this.entered, [name]: value, ...(name === 'skill' ? { level: '' } : {}) };
    this.change.forget();
    this.requestUpdate();
  }

  private open(action: ActionName): void {
    if (this.change.isWorking) return;
    if (action === this.action) return this.close();
    Object.assign(this, { action, entered: NOTHING, isCopying: false });
    this.change.forget();
    const first = ACTIONS[action].fields[0];
    this.focusOn(first ? `#bulk-${first}` : 'form button');
  }

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };

  /** The focus returns to what opened the form. */
  private readonly close = (): void => {
    const { action } = this;
    if (this.change.isWorking || !action) return;
    Object.assign(this, { action: undefined, entered: NOTHING });
    this.change.forget();
    this.focusOn(`[data-bulk-action=${action}]`);
  };

  private async send(action: ActionName): Promise<void> {
    const { change, entered, selection, skill } = this;
    if (asksLevel(action, skill) && skill && !isLevelRight(action, skill, entered.level)) {
      this.one('#bulk-level')?.focus();
      return;
    }
    const edit = { users: selection.users, change: ACTIONS[action].change(entered) };
    await startPlan(this, change, { edit }, () => {
      this.entered = NOTHING;
      this.drafts.set(this.draftName);
    });
  }

  private readonly takeAll = (): void => {
    this.selection.selectAll();
    this.focusOn('[data-act=clear]');
  };

  private readonly clear = (): void => {
    this.selection.clear();
    this.dispatchEvent(new Event('cleared'));
  };

  private readonly forget = (): void => {
    this.change.forget();
    this.say();
  };

  private say(): void {
    if (!this.selection.isEmpty) this.app.live.say(this.words, 200);
  }
}

define('roster-bulk-bar', BulkBar);
