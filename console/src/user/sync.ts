import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError } from '../api/error.js';
import type { SyncState, User } from '../api/types.js';
import type { App } from '../app.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import type { OpenedUser } from './opened.js';

export const SYNC_CLASS: Record<SyncState, string> = {
  synced: 'good',
  pending: 'waiting',
  failed: 'bad',
  contested: 'warning',
};

/** Why the user is not carried over, and what to do; nothing if they are. */
export function whyNot(app: App, user: User): string | undefined {
  const words = app.text.user.sync;
  const { state, reason, detail, waits_for_tasks: waits } = user.sync;
  if (waits !== undefined) return words.waits(waits, app.format.number(waits));
  if (reason) return words.reasons[reason] ?? detail;
  if (state === 'contested') return words.contested;
  if (state !== 'pending') return undefined;
  return app.session.me?.sync_mode === 'observe' ? words.observe : words.pending;
}

/** How far the user is carried over to TaskRouter, and *Try again*. */
class Sync extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  private error: ApiError | undefined;
  private isWorking = false;
  private key = crypto.randomUUID();

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened, this.app.session);
  }

  override render(): TemplateResult | typeof nothing {
    const { user } = this.opened;
    if (!user) return nothing;
    const { app } = this;
    const {
      errors,
      syncs,
      user: { sync: words },
    } = app.text;
    const { state, since } = user.sync;
    const why = whyNot(app, user);
    return html`
      <div class="stack">
        <p><span class="chip ${SYNC_CLASS[state]}">${syncs[state]}</span>
          ${since ? words.since(app.format.time(since)) : nothing}</p>
        ${this.means(user) ?? nothing}
        ${why ? html`<p>${why}</p>` : nothing}
        ${this.error ? problem(app, this.error, { kept: errors.keptNothingDone, retry: this.again }) : nothing}
        ${
          state !== 'synced' && app.session.may('request_sync') && app.session.reaches(user) && !this.error
            ? html`<div class="buttons"><button type="button" class="button"
                aria-disabled=${this.isWorking ? 'true' : 'false'}
              @click=${this.again}>${this.isWorking ? app.text.actions.working : errors.tryAgain}</button></div>`
            : nothing
        }
      </div>`;
  }

  private means(user: User): TemplateResult | undefined {
    const words = this.app.text.user.sync;
    const isSynced = user.sync.state === 'synced';
    if (user.status === 'deleted') return isSynced ? html`<p>${words.removed}</p>` : undefined;
    if (!user.worker) return html`<p>${words.noWorker}</p>`;
    return isSynced ? html`<p>${words.synced}</p>` : undefined;
  }

  private readonly again = async (): Promise<void> => {
    if (this.isWorking) return;
    Object.assign(this, { isWorking: true, error: undefined });
    this.requestUpdate();
    try {
      const path = { user_id: this.opened.userId };
      const user = await this.app.api.send('post', '/users/{user_id}/sync', { path, idempotencyKey: this.key });
      this.key = crypto.randomUUID();
      this.opened.carry(user);
    } catch (caught) {
      this.error = this.app.session.observe(caught);
    }
    this.isWorking = false;
    this.requestUpdate();
  };
}

define('roster-sync', Sync);
