import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ApiError } from '../api/error.js';
import type { AuditRecord } from '../api/types.js';
import { startPlan } from '../bulk/planning.js';
import { Change as Planning, failure } from '../change.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import type { Change } from './changes.js';
import { inverseOf, lines, mayPlanBack } from './history_text.js';
import type { OpenedUser } from './opened.js';

/** What happened to a user, newest first; older records are read when their place comes into view. */
class History extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  private records: AuditRecord[] | undefined;
  private next: string | null = null;
  private error: ApiError | undefined;
  private isLoading = false;
  /** The names of those who have changed something, by id. */
  private readonly names = new Map<string, string>();
  /** Which record is being taken back, and what stopped that. */
  private undoing: { id: string; error?: ApiError | undefined } | undefined;
  /** The record whose way back is being planned. */
  private planning: { id: string; change: Planning } | undefined;
  private readonly seen = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.isIntersecting) && !this.error) void this.more();
    },
    { rootMargin: '300px' },
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened);
    this.opened.addEventListener('saved', this.refresh);
    this.app.session.addEventListener('renewed', this.refresh);
    void this.refresh();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.seen.disconnect();
    this.opened.removeEventListener('saved', this.refresh);
    this.app.session.removeEventListener('renewed', this.refresh);
  }

  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const end = this.one('[data-more]');
    this.seen.disconnect();
    if (end) this.seen.observe(end);
  }

  override render(): TemplateResult {
    const {
      errors,
      user: { history },
    } = this.app.text;
    const retry = (): void => void (this.records ? this.more() : this.refresh());
    return html`
      <div class="stack" aria-busy=${this.isLoading ? 'true' : 'false'}>
        ${!this.records && !this.error ? html`<p>${this.app.text.common.loading}</p>` : nothing}
        <ol class="history">${repeat(
          this.records ?? [],
          (record) => record.record_id,
          (record) => this.record(record),
        )}</ol>
        ${this.error ? problem(this.app, this.error, { kept: errors.keptInput, retry }) : nothing}
        ${
          this.next && !this.error
            ? html`<button type="button" class="button" data-more @click=${this.more}>${history.older}</button>`
            : nothing
        }
        ${this.records && !this.next ? html`<p class="hint">${history.end}</p>` : nothing}
      </div>`;
  }

  private record(record: AuditRecord): TemplateResult {
    const { app } = this;
    const { history, receipt } = app.text.user;
    const { user } = this.opened;
    const known = [...this.opened.choices.teams, ...(user?.teams ?? [])];
    const back =
      user && app.session.may('edit_user') && app.session.reaches(user) ? inverseOf(record, user) : undefined;
    const isUndoing = this.undoing?.id === record.record_id;
    const error = isUndoing ? this.undoing?.error : undefined;
    return html`
      <li>
        <p><strong dir="auto">${this.what(record)}</strong>
          <time datetime=${record.at}>${app.format.time(record.at)}</time></p>
        <ul>${lines(app, record, known).map((line) => html`<li><bdi>${line}</bdi></li>`)}
          ${record.author ? html`<li><code>${record.author.actor_sid}</code></li>` : nothing}</ul>
        ${
          error
            ? problem(app, error, { kept: receipt.notUndone, retry: () => void this.undo(record, back ?? []) })
            : nothing
        }
        ${
          back && !error
            ? html`<button type="button" class="link-button" aria-disabled=${isUndoing ? 'true' : 'false'}
              aria-label=${history.undoOf(app.format.time(record.at))} @click=${() => void this.undo(record, back)}>
              ${receipt.undo}</button>`
            : nothing
        }
        ${user && user.status !== 'deleted' && !back && mayPlanBack(app, record) ? this.planBack(record) : nothing}
      </li>`;
  }

  /** What has changed since, or is not of skills and teams alone, is taken back by a plan that says so. */
  private planBack(record: AuditRecord): TemplateResult {
    const { app } = this;
    const { history } = app.text.user;
    const change = this.planning?.id === record.record_id ? this.planning.change : undefined;
    const send = (): void => void this.plan(record);
    return html`
      ${change ? failure(app, change, send) : nothing}
      <button type="button" class="link-button" aria-disabled=${change?.isWorking ? 'true' : 'false'}
        aria-label=${history.planUndoOf(app.format.time(record.at))} @click=${send}>${history.planUndo}</button>`;
  }

  private async plan(record: AuditRecord): Promise<void> {
    const { record_id } = record;
    if (this.planning?.id !== record_id) {
      this.planning = { id: record_id, change: new Planning(this.app.session) };
      this.watch(this.planning.change);
    }
    const undoes = { user_id: this.opened.userId, record_id };
    await startPlan(this, this.planning.change, { undoes, changedSince: 'keep' });
  }

  private what(record: AuditRecord): string {
    const { history } = this.app.text.user;
    if (record.action === 'drift') {
      const { source } = record.author ?? {};
      const tool = source ? ((history.tools as { [name: string]: string })[source] ?? source) : undefined;
      return history.drift(history.unknownAuthor, tool, this.app.format.time(record.at));
    }
    return history.actions[record.action](this.who(record));
  }

  private who({ actor, source }: AuditRecord): string {
    const { history } = this.app.text.user;
    if (actor.kind !== 'user') return source === 'reconcile' ? history.reconciliation : history.systems[actor.kind];
    if (actor.user_id === this.app.session.me?.user_id) return history.you;
    return this.names.get(actor.user_id) ?? this.app.text.roles[actor.role];
  }

  /** Reads the newest records; older ones that are known stay. */
  private readonly refresh = async (): Promise<void> => {
    const page = await this.read();
    if (!page) return;
    const known = this.records ?? [];
    const added = page.items.filter((record) => !known.some(({ record_id }) => record_id === record.record_id));
    const joins = known.length > 0 && added.length < page.items.length;
    this.records = joins ? [...added, ...known] : page.items;
    if (!joins) this.next = page.next_cursor;
    this.requestUpdate();
    void this.nameAll();
  };

  private readonly more = async (): Promise<void> => {
    if (this.isLoading || (this.next === null && !this.error)) return;
    const page = await this.read(this.next ?? undefined);
    if (!page) return;
    const known = new Set(this.records?.map((record) => record.record_id));
    this.records = [...(this.records ?? []), ...page.items.filter((record) => !known.has(record.record_id))];
    this.next = page.next_cursor;
    this.requestUpdate();
    void this.nameAll();
  };

  private async read(cursor?: string): Promise<{ items: AuditRecord[]; next_cursor: string | null } | undefined> {
    Object.assign(this, { isLoading: true, error: undefined });
    this.requestUpdate();
    try {
      const path = { user_id: this.opened.userId };
      const query = cursor ? { cursor } : {};
      return await this.app.api.send('get', '/users/{user_id}/history', { path, query });
    } catch (caught) {
      this.error = this.app.session.observe(caught);
      return undefined;
    } finally {
      this.isLoading = false;
      this.requestUpdate();
    }
  }

  /** The records name those who acted by id; without a name, their role stands there. */
  private async nameAll(): Promise<void> {
    const actors = this.records?.map(({ actor }) => (actor.kind === 'user' ? actor.user_id : '')) ?? [];
    const unknown = [...new Set(actors)].filter(
      (id) => id && !this.names.has(id) && id !== this.app.session.me?.user_id,
    );
    await Promise.all(
      unknown.map(async (id) => {
        try {
          const user = await this.app.api.send('get', '/users/{user_id}', { path: { user_id: id } });
          this.names.set(id, user.name);
        } catch (caught) {
          this.app.session.observe(caught);
        }
      }),
    );
    if (unknown.length > 0) this.requestUpdate();
  }

  private async undo(record: AuditRecord, changes: Change[]): Promise<void> {
    if (this.undoing?.id === record.record_id && !this.undoing.error) return;
    this.undoing = { id: record.record_id };
    this.requestUpdate();
    const error = await this.opened.change(changes);
    this.undoing = error ? { id: record.record_id, error } : undefined;
    this.requestUpdate();
  }
}

define('roster-history', History);
