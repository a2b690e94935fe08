import type { ListedUser, SyncState } from '../api/types.js';
import type { App } from '../app.js';

const EXCEPTIONS = ['pending', 'failed', 'contested'] as const;
const AGAIN_AFTER_MS = 2_000;
const MAX_REPEATS = 10;

/**
 * How far the users of the list are carried over. A listed user does not say it; those who are not in step are few, and
 * the API lists them. Fires `change`.
 */
export class SyncStates extends EventTarget {
  private states = new Map<string, SyncState>();
  private isComplete = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly app: App) {
    super();
  }

  /** The state, as far as it is known. */
  of(user: ListedUser): SyncState | undefined {
    return this.states.get(user.user_id) ?? (this.isComplete ? 'synced' : undefined);
  }

  /** Reads the states; while a user is pending, again a few times. */
  async load(repeats = MAX_REPEATS): Promise<void> {
    clearTimeout(this.timer);
    try {
      const lists = await Promise.all(EXCEPTIONS.map((state) => this.read(state)));
      this.states = new Map(lists.flatMap(({ users, state }) => users.map((id) => [id, state] as const)));
      this.isComplete = lists.every((list) => list.isComplete);
    } catch (error) {
      // The column stays empty: the list itself tells of a failure.
      this.app.session.observe(error);
      this.isComplete = false;
    }
    this.dispatchEvent(new Event('change'));
    const isPending = [...this.states.values()].includes('pending');
    if (isPending && repeats > 0) this.timer = setTimeout(() => void this.load(repeats - 1), AGAIN_AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async read(state: SyncState): Promise<{ state: SyncState; users: string[]; isComplete: boolean }> {
    const query = { status: 'all', sync: state, limit: 100 } as const;
    const { items, next_cursor } = await this.app.api.send('get', '/users', { query });
    return { state, users: items.map((user) => user.user_id), isComplete: next_cursor === null };
  }
}
