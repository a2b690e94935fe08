import { html, nothing, type TemplateResult } from 'lit';
import type { ListedUser, User } from '../api/types.js';
import { nextStep } from '../problem.js';
import '../user/status_change.js';
import type { StatusAction } from '../user/status_change.js';
import type { View } from '../view.js';
import type { ListPages } from './pages.js';

/** Fired by the list with the user as `detail`: *Edit user* shows what a row has changed. */
export const USER_CHANGED = 'user-changed';

/** The question about a row that is open, and what the last change of one has left to do. */
export class RowChanges {
  private asking: { user: ListedUser; action: StatusAction; opener: HTMLElement } | undefined;
  /** As the API answered, until it is dismissed. */
  private outcome: User | undefined;

  constructor(
    private readonly view: View,
    private readonly pages: ListPages,
    /** Called after each change. */
    private readonly whenChanged: () => void,
  ) {}

  readonly ask = (user: ListedUser, action: StatusAction, opener: HTMLElement): void => {
    this.outcome = undefined;
    this.asking = { user, action, opener };
    this.view.requestUpdate();
  };

  /** Another list is asked for: the question belongs to the old one. What is left to do stays until it is dismissed. */
  clear(): void {
    this.asking = undefined;
  }

  /** What was changed is shown also where the list does not have it yet. */
  current(listed: ListedUser): ListedUser {
    const { outcome } = this;
    return outcome?.user_id === listed.user_id && outcome.version > listed.version ? outcome : listed;
  }

  below(user: ListedUser): TemplateResult | undefined {
    if (this.asking?.user.user_id === user.user_id) return this.question(user, this.asking.action);
    return this.outcome?.user_id === user.user_id ? this.done(this.outcome) : undefined;
  }

  /** What belongs to a user who has left the list since. */
  apart(users: ListedUser[]): TemplateResult | undefined {
    const user = this.asking?.user ?? this.outcome;
    return user && !users.some((listed) => listed.user_id === user.user_id) ? this.below(user) : undefined;
  }

  private question(user: ListedUser, action: StatusAction): TemplateResult {
    return html`
      <roster-status-change .app=${this.view.app} .user=${user} .action=${action}
        @done=${(event: CustomEvent<User>) => this.changed(event.detail)}
        @current=${(event: CustomEvent<User>) => this.pages.replace(event.detail)}
        @cancelled=${this.cancelled}></roster-status-change>`;
  }

  private done(user: User): TemplateResult {
    const { actions } = this.view.app.text;
    const words = { deactivated: actions.deactivated, active: actions.reactivated, deleted: actions.deleted };
    const said = words[user.status](user.name);
    const step = user.next_step;
    return html`
      <div class="outcome" role="group" aria-label=${said} @keydown=${this.dismissOnEscape}>
        <h2 class="title" dir="auto">${said}</h2>
        ${step ? html`<p><strong>${actions.manualStep}:</strong> ${nextStep(this.view.app, step)}</p>` : nothing}
        <button type="button" class="button" data-dismiss @click=${this.dismiss}>${actions.dismiss}</button>
      </div>`;
  }

  private readonly cancelled = (): void => {
    this.asking?.opener.focus();
    this.asking = undefined;
    this.view.requestUpdate();
  };

  private changed(user: User): void {
    this.asking = undefined;
    this.outcome = user;
    this.pages.replace(user);
    this.whenChanged();
    this.view.dispatchEvent(new CustomEvent(USER_CHANGED, { detail: user, bubbles: true }));
    void this.view.updateComplete.then(() => this.view.querySelector<HTMLElement>('[data-dismiss]')?.focus());
  }

  private readonly dismissOnEscape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') void this.dismiss();
  };

  /** A user who is no longer one of the list leaves it now; the focus goes to the next row. */
  private readonly dismiss = async (): Promise<void> => {
    const user = this.outcome;
    if (!user) return;
    const { status } = this.view.app.address.place;
    const leaves = status !== 'all' && status !== user.status;
    const target = leaves ? nameAfter(this.view, user.user_id)?.closest('tr')?.dataset.user : user.user_id;
    this.outcome = undefined;
    if (leaves) this.pages.remove(user.user_id);
    this.view.requestUpdate();
    await this.view.updateComplete;
    const name = this.view.querySelector<HTMLElement>(`tr[data-user="${target}"] a[data-name]`);
    (name ?? this.view.querySelector<HTMLElement>('#search'))?.focus();
  };
}

/** The name in the row after a user's, or before if it is the last. */
export function nameAfter(view: View, userId: string | undefined): HTMLElement | undefined {
  const rows = [...view.querySelectorAll<HTMLElement>('tr[data-user]')];
  const at = rows.findIndex((row) => row.dataset.user === userId);
  const row = rows[at + 1] ?? rows[at - 1];
  return row?.querySelector<HTMLElement>('a[data-name]') ?? undefined;
}
