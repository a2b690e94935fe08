import type { ListedUser } from '../api/types.js';
import type { App } from '../app.js';
import { type Page, Resource } from '../resource.js';

/** So many pages of 100 are read before one is asked whether to go on. */
const PAGES = 10;

/**
 * Reads the users who are not deleted, to find what no filter of the API finds: who has no worker, and who shares an
 * e-mail address.
 */
export class Scan extends Resource<Page<ListedUser>> {
  constructor(app: App) {
    super(app, (signal) => this.pages([], '', signal));
  }

  readonly goOn = async (): Promise<void> => {
    const { items, next_cursor } = this.value ?? { items: [], next_cursor: null };
    await this.run((signal) => this.pages(items, next_cursor ?? '', signal));
  };

  get waiting(): ListedUser[] {
    return this.value?.items.filter((user) => user.status === 'active' && !user.worker) ?? [];
  }

  /** Those who share an address, together. */
  get sameEmail(): ListedUser[][] {
    const byEmail = new Map<string, ListedUser[]>();
    for (const user of this.value?.items ?? []) {
      const email = user.email?.trim().toLowerCase();
      if (email) byEmail.set(email, [...(byEmail.get(email) ?? []), user]);
    }
    return [...byEmail.values()].filter((users) => users.length > 1);
  }

  private async pages(before: ListedUser[], after: string, signal: AbortSignal): Promise<Page<ListedUser>> {
    const items = [...before];
    let cursor: string | null = after;
    for (let pages = 0; pages < PAGES && cursor !== null; pages += 1) {
      const query = { status: 'all' as const, limit: 100, ...(cursor ? { cursor } : {}) };
      const page: Page<ListedUser> = await this.app.api.send('get', '/users', { query, signal });
      items.push(...page.items.filter((user) => user.status !== 'deleted'));
      cursor = page.next_cursor;
    }
    return { items, next_cursor: cursor };
  }
}
