import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Role, User } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { userLink } from '../link.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import { Resource, shown } from '../resource.js';

type Field = 'role' | 'skills';

/** A user whom a reconciliation has found, as they are now, and what can be decided about them. */
class FoundUser extends PageView {
  static override properties = { ...PageView.properties, userId: { attribute: false }, fields: { attribute: false } };
  declare userId: string;
  /** What differs. */
  declare fields: string[];
  private user!: Resource<User>;
  private again!: Change;
  private question: Question | undefined;
  /** The role that the caller has read of the worker. */
  private shownRole: Role | '' = '';

  protected override begin(): Resource<unknown>[] {
    const path = { user_id: this.userId };
    this.user = new Resource(this.app, (signal) => this.app.api.send('get', '/users/{user_id}', { path, signal }));
    this.again = new Change(this.app.session);
    this.watch(this.again);
    return [this.user];
  }

  override render(): TemplateResult {
    return shown(this.app, this.user, (user) => this.row(user));
  }

  private row(user: User): TemplateResult {
    const { app } = this;
    const { text, session } = app;
    const { state, detail } = user.sync;
    const decides = session.may('decide_drift') && user.status === 'active';
    const fields = this.fields.filter((field): field is Field => field === 'role' || field === 'skills');
    return html`
      ${userLink(app, user)}
      <span class="chip ${state === 'synced' ? '' : 'warning'}">${text.syncs[state]}</span>
      ${this.fields.map((field) => html`<span>${text.drift.fields[field as Field] ?? field}</span>`)}
      ${decides ? fields.map((field) => this.decisions(user, field)) : nothing}
      ${state === 'failed' && session.may('request_sync') ? this.tryAgain(user) : nothing}
      ${detail ? html`<span class="hint">${detail}</span>` : nothing}
      ${
        this.question
          ? html`<roster-question .app=${app} .question=${this.question} @done=${this.decided} @cancelled=${this.cancelled}
          ></roster-question>`
          : nothing
      }`;
  }

  private decisions(user: User, field: Field): TemplateResult {
    const { actions, drift, pages, roles } = this.app.text;
    const id = `shown-${user.user_id}`;
    const chosen = (event: Event): void => {
      this.shownRole = (event.target as HTMLSelectElement).value as Role;
    };
    const adopt = submitted(() => this.ask(user, field, 'adopt'));
    return html`
      <form class="buttons" @submit=${adopt}>
        <span>${drift.here(this.here(user, field))}</span>
        ${
          field === 'role'
            ? html`<label for=${id}>${drift.shownRole}</label>
            <select id=${id} required @change=${chosen}>
              <option value="" .selected=${live(!this.shownRole)}>${pages.choose}</option>
              ${this.offered.map(
                (role) => html`
                <option value=${role} .selected=${live(role === this.shownRole)}>${roles[role]}</option>`,
              )}
            </select>`
            : nothing
        }
        <button class="button" data-about="adopt-${field}" aria-label=${actions.of(drift.adopt, user.name)}>${drift.adopt}</button>
        <button type="button" class="button" data-about="revert-${field}" aria-label=${actions.of(drift.revert, user.name)}
          @click=${() => this.ask(user, field, 'revert')}>${drift.revert}</button>
      </form>`;
  }

  /** The roles that the caller may give. */
  private get offered(): Role[] {
    const { session, text } = this.app;
    return (Object.keys(text.roles) as Role[]).filter((role) => session.may(`make_${role}`));
  }

  /** What the directory says, which adopting replaces and reverting writes again. */
  private here({ role, effective_skills: skills }: User, field: Field): string {
    const { format, text } = this.app;
    if (field === 'role') return text.roles[role];
    return format.list(skills.map(({ skill, level }) => text.pages.skill(skill, level))) || text.common.none;
  }

  private tryAgain(user: User): TemplateResult {
    const submit = submitted(() => this.send(user));
    return html`
      <form @submit=${submit}>${sendButton(this.app, this.again, this.app.text.errors.tryAgain, '')}</form>
      ${failure(this.app, this.again, () => this.send(user))}`;
  }

  private send(user: User): void {
    const path = { user_id: user.user_id };
    void this.again.send(
      (idempotencyKey) => this.app.api.send('post', '/users/{user_id}/sync', { path, idempotencyKey }),
      (after) => this.show(after),
    );
  }

  private ask(user: User, field: Field, decision: 'adopt' | 'revert'): void {
    const { api, text } = this.app;
    const { drift, actions } = text;
    const path = { user_id: user.user_id, field, decision };
    const body = field === 'role' && decision === 'adopt' && this.shownRole ? { role: this.shownRole } : {};
    this.question = {
      about: `${decision}-${field}`,
      title: drift.asks[decision](user.name),
      does: [drift.does[decision][field]],
      confirm: actions.of(drift[decision], user.name),
      said: drift.decided(user.name),
      current: this.user.load,
      send: async (idempotencyKey) => {
        const ifMatch = this.user.value?.version ?? user.version;
        this.show(
          await api.send('post', '/users/{user_id}/drift/{field}/{decision}', { path, body, ifMatch, idempotencyKey }),
        );
      },
    };
    this.requestUpdate();
  }

  private show(user: User): void {
    this.user.value = user;
    this.requestUpdate();
  }

  private readonly decided = (): void => {
    this.question = undefined;
    this.focusOn('a');
  };

  private readonly cancelled = (): void => {
    const about = this.question?.about;
    this.question = undefined;
    this.focusOn(`[data-about=${about}]`);
  };
}

define('roster-found-user', FoundUser);
