import type { ApiError } from '../api/error.js';
import type { User } from '../api/types.js';
import type { App } from '../app.js';
import type { Drafts } from '../drafts.js';
import { Choices } from '../list/choices.js';
import type { Text } from '../text/en.js';
import { type Change, inverse, isMade, isUndoable, send } from './changes.js';

const UNDO_MS = 10_000;
const POLL_MS = 200;
const SLOW_POLL_MS = 2_000;
/** What is not carried over after so many is asked for less often, and then no more. */
const QUICK_POLLS = 25;
const MAX_POLLS = 60;

/** What became of a change. */
export interface Receipt {
  savedAt: number;
  /** The version that the change made; *Undo* is for this one only. */
  version: number;
  /** How long it took until TaskRouter had it. */
  tookMs?: number;
  /** What undoes it, for ten seconds. */
  undo?: Change[] | undefined;
  undoError?: ApiError | undefined;
  /** What the change does not do. */
  nextStep: User['next_step'];
  notice: User['notice'];
}

/** What a change means in TaskRouter that is carried over. */
export function inTaskRouter(text: Text, user: User, time: string): string {
  const words = text.user.receipt;
  if (user.status === 'deleted') return words.removed(time);
  return user.worker ? words.live(time) : words.noWorker;
}

/**
 * The user in the open panel, and what is being done to them. Fires `change`, `saved` after each change, and
 * `undo-ends` before *Undo* goes.
 */
export class OpenedUser extends EventTarget {
  user: User | undefined;
  error: ApiError | undefined;
  receipt: Receipt | undefined;
  readonly choices: Choices;
  private request: AbortController | undefined;
  private undoTimer: ReturnType<typeof setTimeout> | undefined;
  /** The last change that may or may not have been made. */
  private unknown: string | undefined;
  private isStopped = false;
  /** The changes before: each is made for the version that they leave. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly app: App,
    readonly userId: string,
    readonly drafts: Drafts,
  ) {
    super();
    this.choices = new Choices(app);
    this.choices.addEventListener('change', () => this.changed());
  }

  async load(): Promise<void> {
    void this.choices.load();
    try {
      this.user = await this.read();
      this.error = undefined;
    } catch (caught) {
      const error = this.app.session.observe(caught);
      if (!error) return;
      this.error = error;
    }
    this.changed();
  }

  /** Goes on to look what became of the change, after a time away. */
  resume(): void {
    this.isStopped = false;
    if (!this.receipt) return;
    this.receipt.undo = undefined;
    void this.follow(this.receipt);
  }

  stop(): void {
    this.isStopped = true;
    this.request?.abort();
    clearTimeout(this.undoTimer);
  }

  /**
   * Makes the changes one after the other, each for the version that the one before has made. What is made is taken
   * from the list, so that the rest can be sent again. Returns what stopped it.
   */
  change(changes: Change[], version?: number): Promise<ApiError | undefined> {
    const turn = this.turn.then(() => this.changeNow(changes, version ?? this.user!.version));
    this.turn = turn;
    return turn;
  }

  private async changeNow(changes: Change[], version: number): Promise<ApiError | undefined> {
    const undo: Change[] = [];
    // What changes no field of the user, as enabling a skill does not, has no inverse.
    const isUndone = changes.every((change) => isUndoable(change) && !isMade(this.user!, change));
    let error: ApiError | undefined;
    let expected = version;
    try {
      for (let change = changes[0]; change; change = changes[0]) {
        const before = this.user!;
        this.user = await this.make(change, expected);
        expected = this.user.version;
        undo.unshift(...inverse(before, change));
        changes.shift();
      }
    } catch (caught) {
      error = this.app.session.observe(caught);
    }
    if (undo.length > 0) this.saved(isUndone ? undo : undefined);
    else this.changed();
    return error;
  }

  /** Undoes the last change, unless the user was changed since. */
  async undo(): Promise<void> {
    const { receipt } = this;
    if (!receipt?.undo) return;
    const changes = receipt.undo;
    receipt.undo = undefined;
    const error = await this.change(changes, receipt.version);
    const shown = this.receipt!;
    shown.undoError = error;
    shown.undo = error && error.kind !== 'stale' ? changes : undefined;
    this.changed();
  }

  /** Another user has changed this one. */
  show(user: User): void {
    this.user = user;
    this.changed();
  }

  /** The user is to be carried over; the receipt tells what became of it. */
  carry(user: User): void {
    this.user = user;
    this.saved(undefined);
  }

  private async make(change: Change, version: number): Promise<User> {
    const wanted = JSON.stringify(change);
    const wasUnknown = this.unknown === wanted;
    this.unknown = undefined;
    try {
      return await send(this.app, this.user!, version, change);
    } catch (caught) {
      const error = caught as ApiError;
      if (error.isOutcomeUnknown) this.unknown = wanted;
      if (error.kind !== 'stale') throw caught;
      const current = await this.read();
      if (wasUnknown && isMade(current, change)) return current;
      this.user = current;
      throw caught;
    }
  }

  private saved(undo: Change[] | undefined): void {
    clearTimeout(this.undoTimer);
    const { version, next_step: nextStep, notice } = this.user!;
    const receipt: Receipt = { savedAt: performance.now(), version, undo, nextStep, notice };
    this.receipt = receipt;
    this.undoTimer = setTimeout(() => {
      this.dispatchEvent(new Event('undo-ends'));
      receipt.undo = undefined;
      this.changed();
    }, UNDO_MS);
    this.app.live.say(this.app.text.user.receipt.saved);
    this.dispatchEvent(new Event('saved'));
    this.changed();
    void this.follow(receipt);
  }

  private async follow(receipt: Receipt): Promise<void> {
    let isQuick = true;
    for (let polls = 0; polls < MAX_POLLS && this.user!.sync.state === 'pending'; polls += 1) {
      await new Promise((resolve) => setTimeout(resolve, isQuick ? POLL_MS : SLOW_POLL_MS));
      if (this.receipt !== receipt || this.isStopped) return;
      const user = await this.read().catch((caught: unknown) => void this.app.session.observe(caught));
      if (this.receipt !== receipt || this.isStopped) return;
      isQuick = user !== undefined && polls < QUICK_POLLS;
      if (user) this.user = user;
      this.changed();
    }
    if (this.user!.sync.state === 'synced') {
      receipt.tookMs = performance.now() - receipt.savedAt;
      const { text, format, live } = this.app;
      live.say(inTaskRouter(text, this.user!, format.seconds(receipt.tookMs)));
    }
    this.dispatchEvent(new Event('saved'));
    this.changed();
  }

  private read(): Promise<User> {
    this.request?.abort();
    this.request = new AbortController();
    const { signal } = this.request;
    return this.app.api.send('get', '/users/{user_id}', { path: { user_id: this.userId }, signal });
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}
