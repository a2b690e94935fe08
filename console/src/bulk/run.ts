import { ApiError } from '../api/error.js';
import type { Body, Job, Operation } from '../api/types.js';
import type { App } from '../app.js';
import type { Session } from '../session.js';

const POLL_MS = 400;
const SLOW_POLL_MS = 2_000;
/** So many polls without progress, and it is polled less often. */
const QUICK_POLLS = 10;
/** So many reads of the job may fail one after the other. */
const MAX_LOST = 5;

export type BulkRequest = Body<Operation<'post', '/bulk'>>;
type ChangedSince = 'keep' | 'revert';
/** What a job was asked to plan. */
export type Asked =
  { edit: BulkRequest } | { uploadId: string } | { undoes: NonNullable<Job['undoes']>; changedSince: ChangedSince };

/** Starts a job that plans; a repeated request with the same key is the same job. */
export function plan({ api }: App, asked: Asked, idempotencyKey: string): Promise<Job> {
  if ('edit' in asked) return api.send('post', '/bulk', { body: asked.edit, idempotencyKey });
  if ('uploadId' in asked) return api.send('post', '/imports', { body: { upload_id: asked.uploadId }, idempotencyKey });
  const { job_id = '', user_id, record_id } = asked.undoes;
  const body = { changed_since: asked.changedSince };
  if (!user_id || !record_id)
    return api.send('post', '/jobs/{job_id}/undo', { path: { job_id }, body, idempotencyKey });
  const path = { user_id, record_id };
  return api.send('post', '/users/{user_id}/history/{record_id}/undo', { path, body, idempotencyKey });
}

export const isAtWork = ({ state }: Job): boolean => state === 'queued' || state === 'running';

const isEnded = (job: Job): boolean => !isAtWork(job) && job.state !== 'planned';

/** A bulk job that is followed, wherever its user goes. Fires `change`. */
export class BulkRun extends EventTarget {
  job: Job | undefined;
  /** Why it cannot be read. */
  error: ApiError | undefined;
  /** Whether its end has been seen. */
  isSeen = false;
  /** Whether its page is shown, so that its end need not be pointed to. */
  private isShown = false;
  private readonly caller: string | undefined;
  private isFollowing = false;

  constructor(
    private readonly app: App,
    readonly jobId: string,
    /** Nothing after the page was loaded again. */
    readonly asked?: Asked,
  ) {
    super();
    this.caller = app.session.me?.user_id;
    app.session.addEventListener('renewed', () => {
      if (this.error?.kind === 'session') void this.follow();
    });
  }

  /** Another user may have signed in meanwhile, who is not shown what this one has seen. */
  isOf({ me }: Session): boolean {
    return me?.user_id === this.caller;
  }

  /** Its page is shown, or left. */
  show(isShown: boolean): void {
    this.isShown = isShown;
    this.changed();
  }

  /** What the API has answered about it. */
  see(job: Job): void {
    this.job = job;
    this.isSeen = false;
    this.changed();
    void this.follow();
  }

  /** Reads the job, until it is not at work; an answer that is lost is asked for again. */
  readonly follow = async (): Promise<void> => {
    if (this.isFollowing) return;
    this.isFollowing = true;
    let [failures, polls, done] = [0, 0, -1];
    for (;;) {
      await this.look();
      failures = this.error ? failures + 1 : 0;
      const isFinal = this.error && !this.error.isOutcomeUnknown && this.error.kind !== 'busy';
      if (isFinal || failures >= MAX_LOST || (!this.error && !isAtWork(this.job!))) break;
      polls = this.job?.done === done ? polls + 1 : 0;
      done = this.job?.done ?? -1;
      if (!this.error) this.changed();
      await new Promise((resolve) => setTimeout(resolve, polls < QUICK_POLLS ? POLL_MS : SLOW_POLL_MS));
    }
    this.isFollowing = false;
    this.changed();
  };

  /** Reads it once. */
  async look(): Promise<void> {
    try {
      const job = await this.app.api.send('get', '/jobs/{job_id}', { path: { job_id: this.jobId } });
      if (job.kind !== 'bulk') throw new ApiError('missing');
      this.job = job;
      this.error = undefined;
    } catch (caught) {
      this.error = this.app.session.observe(caught);
    }
  }

  private readonly changed = (): void => {
    if (this.isShown && this.job && isEnded(this.job)) this.isSeen = true;
    this.dispatchEvent(new Event('change'));
  };
}

const runs = new WeakMap<Session, BulkRun>();

/** The job that the caller has followed last. */
export function latestRun(session: Session): BulkRun | undefined {
  const run = runs.get(session);
  return run?.isOf(session) ? run : undefined;
}

/** Follows a job. */
export function runOf(app: App, jobId: string, asked?: Asked): BulkRun {
  const known = latestRun(app.session);
  if (known?.jobId === jobId) return known;
  const run = new BulkRun(app, jobId, asked);
  runs.set(app.session, run);
  void run.follow();
  return run;
}
