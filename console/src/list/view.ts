import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { NO_FILTERS } from '../address.js';
import type { ListedUser } from '../api/types.js';
import { define } from '../define.js';
import { isAtWork, latestRun } from '../bulk/run.js';
import '../export.js';
import { icon } from '../icons.js';
import { Drop } from '../import/drop.js';
import { later } from '../later.js';
import { link } from '../link.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import { Choices } from './choices.js';
import { filters } from './filters.js';
import { ListPages } from './pages.js';
import { queryOf } from './query.js';
import { nameAfter, RowChanges } from './row_changes.js';
import { missingLetters } from './search_text.js';
import { type Selection, selectionOf } from './selection.js';
import { emptyList, forbidden } from './states.js';
import { SyncStates } from './sync_states.js';
import { type Row, skeleton, table } from './table.js';

const DEBOUNCE_MS = 60;
/** After this, typing has stopped, and what was found is said. */
const SAY_AFTER_MS = 700;

/** The list of users: search, filters, table, pages, and the actions of its rows. */
export class List extends View {
  private pages!: ListPages;
  private choices!: Choices;
  private syncs!: SyncStates;
  private changes!: RowChanges;
  private selection!: Selection;
  /** Whether the form that imports is open, and what was dropped onto the list since. */
  private importing: { dropped?: File[] } | undefined;
  private readonly drop = new Drop(this, (dropped) => this.openImport({ dropped }));
  private typing: ReturnType<typeof setTimeout> | undefined;
  private shown = '';
  /** What stands in the search field; the address follows when typing pauses. */
  private text = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.pages = new ListPages(this.app);
    this.choices = new Choices(this.app);
    this.syncs = new SyncStates(this.app);
    this.changes = new RowChanges(this, this.pages, () => void this.syncs.load());
    this.selection = selectionOf(this.app.session);
    this.watch(this.pages, this.choices, this.syncs, this.selection, this.app.session);
    const run = latestRun(this.app.session);
    if (run) this.watch(run);
    this.pages.addEventListener('loaded', this.say);
    this.pages.addEventListener('slow', this.saySlow);
    this.app.address.addEventListener('change', this.follow);
    this.app.session.addEventListener('renewed', this.load);
    this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.typing);
    this.pages.stop();
    this.syncs.stop();
    this.app.address.removeEventListener('change', this.follow);
    this.app.session.removeEventListener('renewed', this.load);
  }

  override render(): TemplateResult {
    const { drop } = this;
    return html`
      <section class="list" aria-label=${this.app.text.list.caption} @dragover=${this.mayImport ? drop.over : nothing}
        @dragleave=${drop.leave} @drop=${drop.drop}>
        ${drop.isOver ? html`<p class="drop-area" data-drop>${this.app.text.list.dropHere}</p>` : nothing}
        ${this.toolbar()}
        ${this.importForm()}
        ${this.bulkNote()}
        ${this.failure()}
        ${this.pages.isSlow ? html`<p class="hint" data-slow>${this.app.text.list.slow}</p>` : nothing}
        ${this.content()}
      </section>`;
  }

  /** The user before or after one of the list, from a page that is loaded if need be; none at its ends. */
  async neighbour(userId: string, step: -1 | 1): Promise<ListedUser | undefined> {
    const place = (): number => this.pages.users?.findIndex((user) => user.user_id === userId) ?? -1;
    const at = place();
    // Who was opened by a link and is not among them: the list begins before its first.
    if (at < 0) return step === 1 ? this.pages.users?.[0] : undefined;
    if (step === 1 && at === this.pages.users!.length - 1 && this.pages.hasMore) await this.pages.more();
    if (step === -1 && at === 0 && this.pages.hasPrevious) await this.pages.previous();
    return this.pages.users?.[place() + step];
  }

  /** A user has been changed beside the list. */
  show(user: ListedUser): void {
    this.pages.replace(user);
    void this.syncs.load();
  }

  private toolbar(): TemplateResult {
    const { app } = this;
    const missing = missingLetters(this.text);
    return html`
      <div class="toolbar" role="search">
        <div class="field search">
          <label for="search">${app.text.list.search}</label>
          <input id="search" type="search" autocomplete="off" spellcheck="false" maxlength="254" dir="auto"
            .value=${live(this.text)} aria-describedby="search-hint" @input=${this.typed}>
        </div>
        ${app.session.may('export_users') ? html`<roster-export .app=${app}></roster-export>` : nothing}
        ${this.mayImport ? this.importButton() : nothing}
        ${filters(app, this.choices)}
      </div>
      <p class="hint search-hint" id="search-hint">${missing > 0 ? app.text.list.typeMore(missing) : nothing}</p>`;
  }

  private get mayImport(): boolean {
    return this.app.session.may('edit_user');
  }

  private importButton(): TemplateResult {
    const label = this.app.text.list.import;
    return html`<button type="button" class="icon-button" data-import aria-label=${label} title=${label}
      @click=${() => this.openImport({})}>${icon('import')}</button>`;
  }

  private importForm(): TemplateResult | typeof nothing {
    const { app, importing } = this;
    if (!importing) return nothing;
    const { dropped } = importing;
    const content = (): TemplateResult =>
      html`<roster-import .app=${app} .dropped=${dropped} @closed=${this.closeImport}></roster-import>`;
    return later(app, 'pages', content);
  }

  private openImport(importing: { dropped?: File[] }): void {
    this.importing = this.importing && !importing.dropped ? this.importing : importing;
    this.requestUpdate();
    if (!importing.dropped) this.one('#import-file')?.focus();
  }

  /** The focus returns to what opens the form. */
  private readonly closeImport = (): void => {
    this.importing = undefined;
    this.focusOn('[data-import]');
  };

  private failure(): TemplateResult | typeof nothing {
    const { failed } = this.pages;
    const { app } = this;
    if (!failed || failed.error.kind === 'forbidden') return nothing;
    // What is filtered by no longer exists: the way out is another filter.
    if (failed.error.kind === 'missing' || failed.error.kind === 'invalid') {
      const kept = app.text.errors.keptSearch;
      return problem(app, failed.error, { kept, retry: this.clear, button: app.text.list.clearFilters });
    }
    const retry = { list: this.load, more: () => void this.pages.more(), previous: () => void this.pages.previous() };
    return problem(app, failed.error, { kept: app.text.errors.keptSearch, retry: retry[failed.what] });
  }

  private content(): TemplateResult | typeof nothing {
    const { users, failed } = this.pages;
    if (failed?.error.kind === 'forbidden') return forbidden(this.app, failed.error);
    if (!users) return failed ? nothing : skeleton(this.app);
    const isEmpty = users.length === 0 && !this.pages.hasMore;
    return html`${this.changes.apart(users)} ${isEmpty ? emptyList(this.app, this.clear) : this.rows(users)}`;
  }

  private rows(users: ListedUser[]): TemplateResult {
    const { ask: act } = this.changes;
    const selection = this.app.session.may('edit_user') ? this.selection : undefined;
    return html`
      ${this.bar(users)}
      ${this.moreBefore()}
      ${table(
        this.app,
        users.map((user) => this.row(user)),
        this.pages.loading !== undefined,
        { act, selection },
      )}
      ${this.moreAfter(users.length)}`;
  }

  /** What can be done with those who are selected. */
  private bar(users: ListedUser[]): TemplateResult | typeof nothing {
    const { app, choices, selection } = this;
    if (selection.isEmpty) return nothing;
    const more = this.pages.hasMore || this.pages.isInside;
    const mayTakeAll = !selection.isAll && more && selection.of(users) === 'all';
    return later(
      app,
      'pages',
      () =>
        html`<roster-bulk-bar .app=${app} .selection=${selection} .choices=${choices} .mayTakeAll=${mayTakeAll}
          @cleared=${this.cleared}></roster-bulk-bar>`,
    );
  }

  /** The bar is gone, with the button that had the focus. */
  private readonly cleared = (): void => this.focusOn('[data-select-page]');

  /** A change of many users that this list was left for. */
  private bulkNote(): TemplateResult | typeof nothing {
    const { app } = this;
    const run = latestRun(app.session);
    const job = run?.job;
    if (!run || !job || run.isSeen || job.state === 'cancelled') return nothing;
    const { bulk } = app.text.list;
    const count = (number: number | null): string => app.format.number(number ?? 0);
    const atWork = job.phase === 'plan' ? bulk.planning : bulk.applying(count(job.done), count(job.total));
    const words = isAtWork(job) ? atWork : job.state === 'planned' ? bulk.planned : bulk.ended;
    return html`<p class="bulk-note" data-bulk>${words} ${link(app, { view: 'bulk', item: run.jobId }, bulk.show)}</p>`;
  }

  private moreBefore(): TemplateResult | typeof nothing {
    if (!this.pages.isInside) return nothing;
    const { list } = this.app.text;
    const previous = (): void => void this.pages.previous();
    const [label, show] = this.pages.hasPrevious ? [list.showPrevious, previous] : [list.toStart, this.toStart];
    return html`<div class="more"><button type="button" class="button" @click=${show}>${label}</button></div>`;
  }

  private moreAfter(count: number): TemplateResult {
    const { list } = this.app.text;
    const text = this.app.format.number(count);
    return this.pages.hasMore
      ? html`<div class="more">
          <span data-count>${list.shownMore(text)}</span>
          <button type="button" class="button" @click=${this.more}>${list.showMore}</button>
        </div>`
      : html`<div class="more"><span data-count>${list.shownAll(count, text)}</span></div>`;
  }

  private row(listed: ListedUser): Row {
    const user = this.changes.current(listed);
    return { user, sync: this.syncs.of(user), below: this.changes.below(user) };
  }

  private readonly load = (): void => {
    const query = queryOf(this.app.address.place);
    this.shown = JSON.stringify(query);
    this.selection.follow(query);
    this.text = this.app.address.place.q;
    void this.pages.load();
    void this.syncs.load();
    void this.choices.load();
  };

  /** The address has changed: another query is another list; an opened user is not. */
  private readonly follow = (): void => {
    this.requestUpdate();
    if (this.typing === undefined) this.text = this.app.address.place.q;
    const query = queryOf(this.app.address.place);
    const wanted = JSON.stringify(query);
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.changes.clear();
    this.selection.follow(query);
    void this.pages.load();
  };

  /** The letter that makes a text long enough is searched for at once, those that follow once they pause. */
  private readonly typed = (event: Event): void => {
    const before = this.text;
    this.text = (event.target as HTMLInputElement).value;
    this.requestUpdate();
    clearTimeout(this.typing);
    const search = (): void => {
      this.typing = undefined;
      this.app.address.go({ q: this.text, after: '', pages: '1' });
    };
    const isFirst = (before === '' || missingLetters(before) > 0) && missingLetters(this.text) === 0;
    if (isFirst) search();
    else this.typing = setTimeout(search, DEBOUNCE_MS);
  };

  private readonly say = (): void => {
    const { text, format, live } = this.app;
    const count = this.pages.users?.length ?? 0;
    const number = format.number(count);
    live.say(this.pages.hasMore ? text.list.foundMore(number) : text.list.found(count, number), SAY_AFTER_MS);
  };

  private readonly saySlow = (): void => this.app.live.say(this.app.text.list.slow);

  private readonly clear = (): void => {
    this.app.address.go(NO_FILTERS);
    this.one('#search')?.focus();
  };

  private readonly toStart = (): void => {
    this.app.address.go({ after: '', pages: '1' });
    void this.pages.load();
  };

  /** The button keeps the focus; if nothing more exists, the first of the new rows has it. */
  private readonly more = async (): Promise<void> => {
    const last = this.pages.users?.at(-1)?.user_id;
    await this.pages.more();
    await this.updateComplete;
    if (!this.pages.hasMore && !this.pages.failed) nameAfter(this, last)?.focus();
  };
}

define('roster-list', List);
