import type { Place } from '../address.js';
import type { Role, StatusFilter, SyncState } from '../api/types.js';
import { missingLetters } from './search_text.js';

/** What the list shows, as the API takes it; the export takes the same. */
export interface ListQuery {
  q?: string;
  status: StatusFilter;
  role?: Role;
  team?: string;
  skill?: string;
  min_level?: number;
  sync?: SyncState;
}

/** The query of a place. A text that is too short to be searched for does not count. */
export function queryOf(place: Place): ListQuery {
  const query: ListQuery = { status: place.status as StatusFilter };
  if (place.q.trim() && missingLetters(place.q) === 0) query.q = place.q;
  if (place.role) query.role = place.role as Role;
  if (place.team) query.team = place.team;
  if (place.skill) query.skill = place.skill;
  if (place.skill && /^\d+$/.test(place.min_level)) query.min_level = Number(place.min_level);
  if (place.sync) query.sync = place.sync as SyncState;
  return query;
}

/** Whether the query leaves out more users than those who are not active. */
export function isFiltered(query: ListQuery): boolean {
  return Object.keys(query).length > 1 || query.status !== 'active';
}
