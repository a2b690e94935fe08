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
  /** The id of the user whose panel is open. */
  user: string;
  tab: string;
  /** The one of a page that is shown: the id of a team. */
  item: string;
}

const DEFAULTS: Place = {
  view: 'users',
  q: '',
  status: 'active',
  role: '',
  team: '',
  skill: '',
  min_level: '',
  sync: '',
  after: '',
  pages: '1',
  user: '',
  tab: '',
  item: '',
};
const NAMES = Object.keys(DEFAULTS) as (keyof Place)[];

/** Reads and writes the query of the address. Fires `change` when the place is another one, however that came. */
export class Address extends EventTarget {
  place: Place = read();

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
    this.place = { ...this.place, ...changes };
    const url = this.link({});
    if (how === 'push' && !this.insideFlex()) history.pushState(null, '', url);
    else history.replaceState(history.state, '', url);
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

  private readonly reread = (): void => {
    this.place = read();
    this.dispatchEvent(new Event('change'));
  };
}

function read(): Place {
  const query = new URLSearchParams(location.search);
  const place = { ...DEFAULTS };
  for (const name of NAMES) place[name] = query.get(name) ?? DEFAULTS[name];
  return place;
}
