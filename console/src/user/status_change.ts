import { html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { ListedUser, Status, User } from '../api/types.js';
import { define } from '../define.js';
import type { Question } from '../question.js';
import '../question.js';
import { View } from '../view.js';

export type StatusAction = 'deactivate' | 'reactivate' | 'delete';

const RESULT: Record<StatusAction, Status> = { deactivate: 'deactivated', reactivate: 'active', delete: 'deleted' };

/**
 * Asks before a user's status is changed, and changes it. It stands inline. Fires `done` with the user as `detail`,
 * `current` with the user as another user has changed it, and `cancelled`.
 */
class StatusChange extends View {
  static override properties = { ...View.properties, user: { attribute: false }, action: { attribute: false } };
  declare user: ListedUser | User;
  declare action: StatusAction;

  override render(): TemplateResult {
    return html`${keyed(
      this.action,
      html`<roster-question .app=${this.app} .question=${this.question} @done=${(event: CustomEvent<User>) =>
        this.fire('done', event.detail)} @cancelled=${() => this.fire('cancelled')}></roster-question>`,
    )}`;
  }

  private get question(): Question<User> {
    const { action, user } = this;
    const { actions } = this.app.text;
    const { name } = user;
    const mayDeactivate = action === 'delete' && user.status === 'active';
    const deactivate = (): void => {
      this.action = 'deactivate';
    };
    return {
      about: action,
      title: this.words(actions.asksDeactivate, actions.asksReactivate, actions.asksDelete)(name),
      does: [
        this.words(actions.deactivateDoes, actions.reactivateDoes, actions.deleteDoes),
        ...(action === 'delete' ? [html`<strong>${actions.deleteInstead}</strong>`] : []),
        this.words(actions.deactivateLeaves, actions.reactivateLeaves, actions.deleteLeaves),
      ],
      confirm: actions.of(actions[action], name),
      isDestructive: action !== 'reactivate',
      said: this.words(actions.deactivated, actions.reactivated, actions.deleted)(name),
      ...(mayDeactivate ? { instead: { label: actions.deactivateInstead(name), ask: deactivate } } : {}),
      send: (key) => this.send(key),
      already: async () => {
        const current = await this.read();
        return current.status === RESULT[action] ? current : undefined;
      },
      current: async () => {
        const current = await this.read();
        this.user = current;
        this.fire('current', current);
        if (current.status === RESULT[action]) this.fire('done', current);
      },
    };
  }

  private send(idempotencyKey: string): Promise<User> {
    const { api } = this.app;
    const path = { user_id: this.user.user_id };
    const ifMatch = this.user.version;
    if (this.action === 'delete') return api.send('delete', '/users/{user_id}', { path, ifMatch });
    const change = { path, ifMatch, idempotencyKey };
    return this.action === 'deactivate'
      ? api.send('post', '/users/{user_id}/deactivate', change)
      : api.send('post', '/users/{user_id}/reactivate', change);
  }

  private read(): Promise<User> {
    return this.app.api.send('get', '/users/{user_id}', { path: { user_id: this.user.user_id } });
  }

  private words<W>(deactivate: W, reactivate: W, remove: W): W {
    return { deactivate, reactivate, delete: remove }[this.action];
  }

  private fire(name: string, user?: User): void {
    this.dispatchEvent(new CustomEvent(name, { detail: user }));
  }
}

define('roster-status-change', StatusChange);
