import type { Address } from './address.js';
import type { Api } from './api/client.js';
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
  readonly text: Text;
  readonly format: Format;
}
