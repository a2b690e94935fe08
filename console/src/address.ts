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

/** Reads and writes the query of the address. Fires `change` when the place is another one, however that came. */
export class Address extends EventTarget {
  place: Place = read();
  /**
   * Asked before the user in the open panel is left. It says whether that may happen now; if not, it calls `leave` as
   * soon as it may.
   */
  guard: ((leave: () => void) => boolean) | undefined;

  /** Inside Flex entries of the history are Flex's: the query is replaced, and Flex's state kept. */
  constructor(private readonly insideFlex: () => boolean) {
    super();
  }

  connect(): void {
    addEventListener('popstate', this.reread);
  }

  disconnect(): void {
    removeEventListener('popstate', this.reread);
  }

  /** Goes to a place. `push` makes an entry in the history, so that *Back* returns. */
  go(changes: Partial<Place>, how: 'push' | 'replace' = 'replace'): void {
    const move = (): void => {
      this.place = { ...this.place, ...changes };
      this.write(how);
      this.dispatchEvent(new Event('change'));
    };
    if (this.mayLeave({ ...this.place, ...changes }, move)) move();
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

  private mayLeave(next: Place, leave: () => void): boolean {
    const isLeft = next.user !== this.place.user || next.view !== this.place.view;
    return !isLeft || (this.guard?.(leave) ?? true);
  }

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
