import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { ApiError } from '../api/error.js';
import type { ListedUser, Status, User } from '../api/types.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { View } from '../view.js';

export type StatusAction = 'deactivate' | 'reactivate' | 'delete';

const RESULT: Record<StatusAction, Status> = { deactivate: 'deactivated', reactivate: 'active', delete: 'deleted' };

/**
 * Asks before a user's status is changed, and changes it. It stands inline. Fires `done` with the user as `detail`,
 * `current` with the user as another user has changed it, and `cancelled`.
 */
export class StatusChange extends View {
  static override properties = { ...View.properties, user: { attribute: false }, action: { attribute: false } };
  declare user: ListedUser | User;
  declare action: StatusAction;
  private isWorking = false;
  private error: ApiError | undefined;
  /** One for what is wanted: sent again, it is done once. */
  private key = crypto.randomUUID();

  override connectedCallback(): void {
    super.connectedCallback();
    this.app.session.addEventListener('renewed', this.askAgain);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.session.removeEventListener('renewed', this.askAgain);
  }

  override render(): TemplateResult {
    const { actions } = this.app.text;
    const { name } = this.user;
    const working = this.isWorking ? 'true' : 'false';
    const asks = this.words(actions.asksDeactivate, actions.asksReactivate, actions.asksDelete);
    return html`
      <div class="confirmation" role="group" tabindex="-1" aria-labelledby="change-title" aria-describedby="change-does"
        @keydown=${this.closeOnEscape}>
        <h2 id="change-title" class="title" dir="auto">${asks(name)}</h2>
        <div id="change-does">
          <p>${this.words(actions.deactivateDoes, actions.reactivateDoes, actions.deleteDoes)}</p>
          ${this.action === 'delete' ? html`<p><strong>${actions.deleteInstead}</strong></p>` : nothing}
          <p>${this.words(actions.deactivateLeaves, actions.reactivateLeaves, actions.deleteLeaves)}</p>
        </div>
        ${this.error ? this.failure(this.error) : nothing}
        <div class="buttons">
          ${this.error ? nothing : this.confirmButton()}
          ${
            this.action === 'delete' && this.user.status === 'active' && !this.error
              ? html`<button type="button" class="button" aria-disabled=${working} @click=${this.deactivateInstead}>
                ${actions.deactivateInstead(name)}</button>`
              : nothing
          }
          <button type="button" class="button" aria-disabled=${working} @click=${this.cancel}>${actions.cancel}</button>
        </div>
      </div>`;
  }

  /** What was asked is read first; the button is one Tab away, so that Enter twice does nothing. */
  override firstUpdated(): void {
    this.focusInside();
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.get('action')) this.focusInside();
  }

  private confirmButton(): TemplateResult {
    const { actions } = this.app.text;
    const label = actions.of(actions[this.action], this.user.name);
    return html`
      <button type="button" class="button ${this.action === 'reactivate' ? 'primary' : 'destructive'}"
        aria-disabled=${this.isWorking ? 'true' : 'false'} data-confirm @click=${this.change}>
        ${this.isWorking ? actions.working : label}</button>`;
  }

  private failure(error: ApiError): TemplateResult {
    const { errors } = this.app.text;
    const kept = error.isOutcomeUnknown ? errors.keptUnknown : errors.keptNothingDone;
    if (error.kind === 'stale') {
      return problem(this.app, error, { kept, retry: this.showCurrent, button: errors.showCurrent });
    }
    // What is refused for good is refused again: only Cancel is offered.
    const isFinal = ['forbidden', 'missing', 'conflict', 'invalid'].includes(error.kind);
    return problem(this.app, error, isFinal ? { kept } : { kept, retry: this.change });
  }

  /** A user has signed in again: what was asked is still there. */
  private readonly askAgain = (): void => {
    if (this.error?.kind === 'session') this.set(false);
  };

  private readonly change = async (): Promise<void> => {
    if (this.isWorking) return;
    const { actions } = this.app.text;
    this.set(true);
    try {
      const user = await this.send();
      const said = this.words(actions.deactivated, actions.reactivated, actions.deleted);
      this.app.live.say(said(user.name));
      this.fire('done', user);
    } catch (caught) {
      await this.failed(caught);
    }
  };

  private send(): Promise<User> {
    const { api } = this.app;
    const path = { user_id: this.user.user_id };
    const ifMatch = this.user.version;
    if (this.action === 'delete') return api.send('delete', '/users/{user_id}', { path, ifMatch });
    const change = { path, ifMatch, idempotencyKey: this.key };
    return this.action === 'deactivate'
      ? api.send('post', '/users/{user_id}/deactivate', change)
      : api.send('post', '/users/{user_id}/reactivate', change);
  }

  /** A version that is stale may be our own change, with a lost answer. */
  private async failed(caught: unknown): Promise<void> {
    const error = this.app.session.observe(caught);
    const hasAnswer = error?.problem !== undefined && error.code !== 'idempotency-key-in-use';
    if (hasAnswer && !error.isOutcomeUnknown) this.key = crypto.randomUUID();
    const wasUnknown = this.error !== undefined && this.error.isOutcomeUnknown;
    if (error?.kind === 'stale' && wasUnknown) {
      const current = await this.current();
      if (current?.status === RESULT[this.action]) {
        this.fire('done', current);
        return;
      }
    }
    this.set(false, error);
  }

  private readonly showCurrent = async (): Promise<void> => {
    const current = await this.current();
    if (!current) return;
    this.user = current;
    this.fire('current', current);
    if (current.status === RESULT[this.action]) this.fire('done', current);
    else this.set(false);
    await this.updateComplete;
    this.focusInside();
  };

  private async current(): Promise<User | undefined> {
    try {
      return await this.app.api.send('get', '/users/{user_id}', { path: { user_id: this.user.user_id } });
    } catch (caught) {
      this.set(false, this.app.session.observe(caught));
      return undefined;
    }
  }

  private set(isWorking: boolean, error?: ApiError): void {
    this.isWorking = isWorking;
    if (!isWorking) this.error = error;
    this.requestUpdate();
  }

  private words<W>(deactivate: W, reactivate: W, remove: W): W {
    return { deactivate, reactivate, delete: remove }[this.action];
  }

  /** What is on its way can no longer be taken back: its answer is waited for. */
  private readonly deactivateInstead = (): void => {
    if (!this.isWorking) this.action = 'deactivate';
  };

  private readonly cancel = (): void => {
    if (!this.isWorking) this.fire('cancelled');
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };

  private fire(name: string, user?: User): void {
    this.dispatchEvent(new CustomEvent(name, { detail: user }));
  }

  private focusInside(): void {
    this.one('[role=group]')?.focus();
  }
}

define('roster-status-change', StatusChange);
