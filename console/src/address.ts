import type { Drafts } from './drafts.js';

/** The state of the page as the address holds it; what is empty or the default is left out. */
export interface Place {
  view: string;
  q: string;
  status: string;
  role: string;
  team: string;
  skill: string;
  min_level: string;
  sync: string;
  /** Where the rows in the document begin: the cursor of the page before. */
  after: string;
  /** How many pages of the list are in the document. */
  pages: string;
  /** The id of the user in the open panel. */
  user: string;
  tab: string;
  /** The one of a page that is shown: the id of a team. */
  item: string;
}

/** The list without search and filters. */
export const NO_FILTERS = {
  q: '',
  status: 'active',
  role: '',
  team: '',
  skill: '',
  min_level: '',
  sync: '',
  after: '',
  pages: '1',
};

const DEFAULTS: Place = { view: 'users', ...NO_FILTERS, user: '', tab: '', item: '' };
const NAMES = Object.keys(DEFAULTS) as (keyof Place)[];

/** A part of the page that is not left while something in it is unsaved, unless the user says so. */
export interface Guard {
  readonly drafts: Drafts;
  /** Whether the part is left by going from one place to the next. */
  isLeft: (next: Place, now: Place) => boolean;
}

/** Reads and writes the query of the address. Fires `change` when the place is another one, however that came. */
export class Address extends EventTarget {
  place: Place = read();
  readonly guards = new Set<Guard>();

  /** Inside Flex entries of the history are Flex's: the query is replaced, and Flex's state kept. */
  constructor(private readonly insideFlex: () => boolean) {
    super();
  }

  connect(): void {
    addEventListener('popstate', this.reread);
    addEventListener('beforeunload', this.keepDrafts);
  }

  disconnect(): void {
    // What is unsaved is asked about also while Flex shows another view.
    removeEventListener('popstate', this.reread);
  }

  /** Goes to a place. `push` makes an entry in the history, so that *Back* returns. */
  go(changes: Partial<Place>, how: 'push' | 'replace' = 'replace'): void {
    const next = { ...this.place, ...changes };
    if (!this.mayLeave(next, () => this.go(changes, how))) return;
    this.place = next;
    this.write(how);
    this.dispatchEvent(new Event('change'));
  }

  /** The address of a place, for links. */
  link(changes: Partial<Place>): string {
    const place = { ...this.place, ...changes };
    const query = new URLSearchParams(location.search);
    for (const name of NAMES) {
      if (place[name] === DEFAULTS[name]) query.delete(name);
      else query.set(name, place[name]);
    }
    const text = query.toString();
    return location.pathname + (text ? `?${text}` : '') + location.hash;
  }

  private write(how: 'push' | 'replace'): void {
    const url = this.link({});
    if (how === 'push' && !this.insideFlex()) history.pushState(null, '', url);
    else history.replaceState(history.state, '', url);
  }

  /** Whether one may go there now; if not, `leave` is called once the user has let all drafts go. */
  private mayLeave(next: Place, leave: () => void): boolean {
    const guard = [...this.guards].find(({ drafts, isLeft }) => drafts.forms.length > 0 && isLeft(next, this.place));
    return guard?.drafts.leave(leave) ?? true;
  }

  private readonly keepDrafts = (event: BeforeUnloadEvent): void => {
    if ([...this.guards].some(({ drafts }) => drafts.forms.length > 0)) event.preventDefault();
  };

  /** The browser went back already: if the user must not be left yet, their address is put back. */
  private readonly reread = (): void => {
    const next = read();
    if (this.mayLeave(next, () => this.go(next, 'push'))) {
      this.place = next;
      this.dispatchEvent(new Event('change'));
    } else {
      this.write('push');
    }
  };
}

function read(): Place {
  const query = new URLSearchParams(location.search);
  const place = { ...DEFAULTS };
  for (const name of NAMES) place[name] = query.get(name) ?? DEFAULTS[name];
  return place;
}
