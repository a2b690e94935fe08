import type { Address } from './address.js';
import type { Api } from './api/client.js';
import type { Drafts } from './drafts.js';
import type { Format } from './format.js';
import type { Live } from './live.js';
import type { Session } from './session.js';
import type { Text } from './text/en.js';

/** What every view is given. One for each `<flex-roster>`. */
export interface App {
  readonly api: Api;
  readonly session: Session;
  readonly address: Address;
  readonly live: Live;
  /** Of the page that is shown; *Edit user* has its own. */
  readonly drafts: Drafts;
  readonly text: Text;
  readonly format: Format;
}
