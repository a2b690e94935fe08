import type { ListedUser } from '../api/types.js';
import type { Session } from '../session.js';
import type { ListQuery } from './query.js';

/** The users of the list that are selected: some of them, or all that match its query. Fires `change`. */
export class Selection extends EventTarget {
  /** Whether it is all that match, also those who are not in the document. */
  isAll = false;
  /** What the list showed when they were selected. */
  query: ListQuery = { status: 'active' };
  private readonly ids = new Set<string>();
  /** The user who was selected or left out last: where a range begins. */
  private anchor: string | undefined;

  get count(): number {
    return this.ids.size;
  }

  get isEmpty(): boolean {
    return this.ids.size === 0 && !this.isAll;
  }

  /** As `POST /bulk` takes them. */
  get users(): { query: ListQuery } | { ids: string[] } {
    return this.isAll ? { query: this.query } : { ids: [...this.ids] };
  }

  has(userId: string): boolean {
    return this.isAll || this.ids.has(userId);
  }

  /** Whether all of these are selected, some, or none. */
  of(users: ListedUser[]): 'all' | 'some' | 'none' {
    const selected = users.filter((user) => this.has(user.user_id)).length;
    if (selected === 0) return 'none';
    return selected === users.length ? 'all' : 'some';
  }

  /** Selects a user or leaves them out; with those between them and the last one, if it is a range. */
  toggle(users: ListedUser[], userId: string, isRange: boolean): void {
    const isSelected = !this.has(userId);
    const at = (id: string | undefined): number => users.findIndex((user) => user.user_id === id);
    const [from, to] = [isRange && at(this.anchor) >= 0 ? at(this.anchor) : at(userId), at(userId)];
    const between = users.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.anchor = userId;
    this.set(users, between, isSelected);
  }

  /** Selects these; or, if they are, leaves them out. */
  togglePage(users: ListedUser[]): void {
    this.anchor = undefined;
    this.set(users, users, this.of(users) !== 'all');
  }

  selectAll(): void {
    this.ids.clear();
    this.isAll = true;
    this.changed();
  }

  clear(): void {
    if (this.isEmpty) return;
    this.ids.clear();
    Object.assign(this, { isAll: false, anchor: undefined });
    this.changed();
  }

  /** Another query is another list, of which nothing is selected. */
  follow(query: ListQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.query)) return;
    this.query = query;
    this.clear();
  }

  /** Who leaves out some of all that match has selected the others that are shown. */
  private set(users: ListedUser[], changed: ListedUser[], isSelected: boolean): void {
    if (this.isAll) for (const user of users) this.ids.add(user.user_id);
    this.isAll = false;
    for (const user of changed) this.ids[isSelected ? 'add' : 'delete'](user.user_id);
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

const selections = new WeakMap<Session, Selection>();

/** The selection of a session: it is still there when its user returns from a plan that they have discarded. */
export function selectionOf(session: Session): Selection {
  const selection = selections.get(session) ?? new Selection();
  selections.set(session, selection);
  return selection;
}
