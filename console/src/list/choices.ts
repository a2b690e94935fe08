import type { ApiError } from '../api/error.js';
import type { Skill, Team } from '../api/types.js';
import type { App } from '../app.js';

/** The teams and skills to filter by. Fires `change`. */
export class Choices extends EventTarget {
  teams: Team[] = [];
  skills: Skill[] = [];
  error: ApiError | undefined;
  private isLoaded = false;

  constructor(private readonly app: App) {
    super();
  }

  async load(): Promise<void> {
    if (this.isLoaded) return;
    this.error = undefined;
    try {
      [this.teams, this.skills] = await Promise.all([this.allTeams(), this.allSkills()]);
      this.isLoaded = true;
    } catch (caught) {
      this.error = this.app.session.observe(caught);
    }
    this.dispatchEvent(new Event('change'));
  }

  private async allTeams(): Promise<Team[]> {
    const { api, format } = this.app;
    const read = (cursor?: string) =>
      api.send('get', '/teams', { query: { limit: 100, ...(cursor ? { cursor } : {}) } });
    return (await all(read)).sort((a, b) => format.collator.compare(a.name, b.name));
  }

  private async allSkills(): Promise<Skill[]> {
    const { api, format } = this.app;
    const read = (cursor?: string) =>
      api.send('get', '/skill-sets', { query: { limit: 100, ...(cursor ? { cursor } : {}) } });
    const skills = (await all(read)).flatMap((set) => set.skills);
    return skills.sort((a, b) => format.collator.compare(a.skill, b.skill));
  }
}

interface List<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** All items of a list, page after page. */
export async function all<Item>(read: (cursor?: string) => Promise<List<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return items;
}
