import { isAborted } from '../api/client.js';
import type { ApiError } from '../api/error.js';
import type { ListedUser, UserList } from '../api/types.js';
import type { App } from '../app.js';
import { type ListQuery, queryOf } from './query.js';

const PAGE_SIZE = 50;
/** At most 200 rows are in the document. */
const MAX_PAGES = 4;
/** The API may answer with a short page that has a cursor; so many are asked for at most to fill one. */
const MAX_REQUESTS = 4;
const SLOW_AFTER_MS = 5_000;

interface Page {
  /** The cursor with which it was read; empty for the first. */
  after: string;
  users: ListedUser[];
  next: string | null;
}

type Loading = 'list' | 'more' | 'previous';

/** The pages of the list that are in the document. Fires `change`, `loaded` after each page, and `slow` once. */
export class ListPages extends EventTarget {
  loading: Loading | undefined;
  /** What failed, and the error. */
  failed: { what: Loading; error: ApiError } | undefined;
  isSlow = false;
  private pages: Page[] | undefined;
  /** The cursors of the pages before the first in the document, as far as they are known. */
  private before: string[] = [];
  private query: ListQuery = { status: 'active' };
  private request: AbortController | undefined;

  constructor(private readonly app: App) {
    super();
  }

  /** Nothing until the first answer. */
  get users(): ListedUser[] | undefined {
    return this.pages?.flatMap((page) => page.users);
  }

  get hasMore(): boolean {
    return Boolean(this.pages?.at(-1)?.next);
  }

  get hasPrevious(): boolean {
    return this.before.length > 0;
  }

  /** Whether rows before the first in the document exist. */
  get isInside(): boolean {
    return Boolean(this.pages?.[0]?.after);
  }

  /** Shows what the address says, from the page where it says so. */
  async load(): Promise<void> {
    const { place } = this.app.address;
    this.query = queryOf(place);
    const count = Math.min(Math.max(Number(place.pages) || 1, 1), MAX_PAGES);
    await this.run('list', async (signal) => {
      const pages = [await this.read(place.after, signal)];
      for (let next = pages[0]!.next; next && pages.length < count; next = pages.at(-1)!.next) {
        pages.push(await this.read(next, signal));
      }
      this.before = place.after ? this.before : [];
      this.pages = pages;
    });
  }

  /** Not of a list that another is about to replace. */
  async more(): Promise<void> {
    if (this.loading === 'list') return;
    const isShown = await this.run('more', async (signal) => {
      const pages = this.pages ?? [];
      const page = await this.read(pages.at(-1)?.next ?? '', signal);
      const dropped = pages.length === MAX_PAGES ? pages.slice(0, 1) : [];
      this.before.push(...dropped.map((first) => first.after));
      this.pages = [...pages.slice(dropped.length), page];
    });
    if (isShown) this.keepPlace();
  }

  async previous(): Promise<void> {
    if (this.loading === 'list') return;
    const isShown = await this.run('previous', async (signal) => {
      const page = await this.read(this.before.at(-1) ?? '', signal);
      this.before.pop();
      this.pages = [page, ...(this.pages ?? [])].slice(0, MAX_PAGES);
    });
    if (isShown) this.keepPlace();
  }

  /** Puts a changed user in place of the one that is shown. */
  replace(user: ListedUser): void {
    this.edit((users) => users.map((known) => (known.user_id === user.user_id ? user : known)));
  }

  remove(userId: string): void {
    this.edit((users) => users.filter((known) => known.user_id !== userId));
  }

  stop(): void {
    this.request?.abort();
  }

  private edit(change: (users: ListedUser[]) => ListedUser[]): void {
    this.pages = this.pages?.map((page) => ({ ...page, users: change(page.users) }));
    this.changed();
  }

  private keepPlace(): void {
    const after = this.pages?.[0]?.after ?? '';
    this.app.address.go({ after, pages: String(this.pages?.length ?? 1) });
  }

  /** One request at a time: a newer one takes the place of an older. Whether what was read is shown. */
  private async run(what: Loading, work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    Object.assign(this, { loading: what, failed: undefined, isSlow: false });
    const slow = setTimeout(() => {
      this.isSlow = true;
      this.changed();
      this.dispatchEvent(new Event('slow'));
    }, SLOW_AFTER_MS);
    this.changed();
    try {
      await work(request.signal);
      Object.assign(this, { loading: undefined, isSlow: false });
      this.changed();
      this.dispatchEvent(new Event('loaded'));
      return true;
    } catch (caught) {
      const error = this.app.session.observe(caught);
      if (!error || isAborted(caught) || this.request !== request) return false;
      Object.assign(this, { loading: undefined, isSlow: false, failed: { what, error } });
      this.changed();
      return false;
    } finally {
      clearTimeout(slow);
    }
  }

  private async read(after: string, signal: AbortSignal): Promise<Page> {
    const users: ListedUser[] = [];
    let cursor: UserList['next_cursor'] = after;
    for (let requests = 0; requests < MAX_REQUESTS && users.length < PAGE_SIZE && cursor !== null; requests += 1) {
      const query = { ...this.query, limit: PAGE_SIZE - users.length, ...(cursor ? { cursor } : {}) };
      const list: UserList = await this.app.api.send('get', '/users', { query, signal });
      users.push(...list.items);
      cursor = list.next_cursor;
    }
    return { after, users, next: cursor };
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
