import { html, nothing, type TemplateResult } from 'lit';
import { ApiError, type ErrorKind } from './api/error.js';
import type { App } from './app.js';
import { problem } from './problem.js';
import type { Session } from './session.js';

/** What is refused for good is refused again. */
const FINAL: ErrorKind[] = ['forbidden', 'missing', 'conflict', 'invalid'];
/** What is answered where a change, whose answer was lost, has been carried out. */
const PERHAPS_DONE: ErrorKind[] = ['missing', 'stale'];

/** Reads what is there after a lost answer: the result, if that is what is wanted; else nothing. */
export type Already<T> = (error: ApiError) => Promise<T | undefined>;

/** For deletions: what is sent again for something that is gone was carried out before. */
export const isGone: Already<unknown> = async ({ kind }) => (kind === 'missing' ? true : undefined);

/**
 * One change that a person wants: sent once, however often it is asked for. Its failure stays until the next try. Fires
 * `change`.
 */
export class Change extends EventTarget {
  isWorking = false;
  /** A request was sent that may have been carried out; so what has changed since may be one's own doing. */
  isOutcomeUnknown = false;
  private failed: ApiError | undefined;
  /** Kept until the API has decided, so that a lost answer changes nothing twice. */
  private key = crypto.randomUUID();

  constructor(private readonly session: Session) {
    super();
  }

  /** That a session had ended is over once a user has signed in again. */
  get error(): ApiError | undefined {
    const isOver = this.failed?.kind === 'session' && this.session.state === 'ready';
    return isOver ? undefined : this.failed;
  }

  async send<T>(work: (key: string) => Promise<T>, done: (result: T) => void, already?: Already<T>): Promise<void> {
    if (this.isWorking) return;
    this.set(true);
    try {
      const result = await work(this.key).catch((caught: unknown) => this.afterLost(caught, already));
      this.key = crypto.randomUUID();
      this.isOutcomeUnknown = false;
      this.set(false);
      done(result);
    } catch (caught) {
      const error = this.session.observe(caught);
      const isDecided = error?.problem !== undefined && error.code !== 'idempotency-key-in-use';
      if (isDecided && !error.isOutcomeUnknown) this.key = crypto.randomUUID();
      this.isOutcomeUnknown ||= error?.isOutcomeUnknown ?? false;
      this.set(false, error);
    }
  }

  private async afterLost<T>(caught: unknown, already: Already<T> | undefined): Promise<T> {
    if (!this.isOutcomeUnknown || !(caught instanceof ApiError) || !PERHAPS_DONE.includes(caught.kind)) throw caught;
    const result = await already?.(caught);
    if (result === undefined) throw caught;
    return result;
  }

  /** What is there now is shown: from here on, what has changed is another user's doing. */
  seeCurrent(): void {
    this.isOutcomeUnknown = false;
    this.forget();
  }

  /** Reads what is there now; where that fails, it is said. */
  async read(current: () => Promise<void>): Promise<void> {
    try {
      await current();
      this.seeCurrent();
    } catch (caught) {
      this.set(false, this.session.observe(caught));
    }
  }

  /** What was typed is another change now, and what is said of the last one no longer true. */
  forget(): void {
    if (this.isWorking) return;
    this.key = crypto.randomUUID();
    this.set(false);
  }

  private set(isWorking: boolean, error?: ApiError): void {
    Object.assign(this, { isWorking, failed: error });
    this.dispatchEvent(new Event('change'));
  }
}

/** What became of a change that has failed; `current` shows what another user has made of it meanwhile. */
export function failure(
  app: App,
  { error, isOutcomeUnknown }: Pick<Change, 'error' | 'isOutcomeUnknown'>,
  retry: () => void,
  current?: () => void,
): TemplateResult | typeof nothing {
  if (!error) return nothing;
  const { errors } = app.text;
  const isFinal = FINAL.includes(error.kind);
  const isStale = error.kind === 'stale' && current !== undefined;
  const unknown = isFinal || isStale ? errors.keptUnknownOnly : errors.keptUnknown;
  const kept = `${isOutcomeUnknown ? unknown : errors.keptNothingDone} ${errors.keptInput}`;
  if (isStale) {
    const what = isOutcomeUnknown ? { what: errors.perhapsYours } : {};
    return problem(app, error, { kept, retry: current, button: errors.showCurrent, ...what });
  }
  return problem(app, error, isFinal ? { kept } : { kept, retry });
}

/** The button that sends; it keeps the focus while it works. */
export function sendButton(app: App, { isWorking }: Change, label: string, kind = 'primary'): TemplateResult {
  return html`<button class="button ${kind}" aria-disabled=${isWorking ? 'true' : 'false'}>
    ${isWorking ? app.text.actions.working : label}</button>`;
}

/** What a form does instead of what browsers do. */
export function submitted(send: () => void): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    // The fields rest while it works: the button has the focus meanwhile.
    (event as SubmitEvent).submitter?.focus();
    send();
  };
}
