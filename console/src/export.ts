import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from './api/error.js';
import type { Job } from './api/types.js';
import type { App } from './app.js';
import { Change } from './change.js';
import { define } from './define.js';
import { icon, type IconName } from './icons.js';
import { queryOf } from './list/query.js';
import { problem } from './problem.js';
import type { Session } from './session.js';
import { View } from './view.js';

const POLL_MS = 500;
const SLOW_POLL_MS = 2_000;
/** A job without progress for so long is polled less often. */
const QUICK_POLLS = 10;
/** So many reads of the job may fail one after the other. */
const MAX_LOST = 5;

/** The export of a session, which goes on wherever its user goes. Fires `change`. */
class ExportRun extends EventTarget {
  job: Job | undefined;
  /** Whether it is shown, so that its end need not be said. */
  isShown = false;
  private readonly starting: Change;
  private lost: ApiError | undefined;
  private isFollowing = false;
  /** Whether the last one is to be edited and imported. */
  isForImport = false;
  /** What was asked for last: another list is another request. */
  private asked = '';

  constructor(private app: App) {
    super();
    this.starting = new Change(app.session);
    this.starting.addEventListener('change', this.changed);
    app.session.addEventListener('change', this.changed);
    app.session.addEventListener('renewed', () => {
      if (this.lost?.kind === 'session' && !this.isFollowing) void this.follow();
    });
  }

  get isRunning(): boolean {
    return this.starting.isWorking || this.isFollowing;
  }

  get error(): ApiError | undefined {
    return this.isRunning ? undefined : (this.lost ?? this.starting.error);
  }

  /** Goes on with a job of which it is not known whether it is finished; else starts one. */
  readonly start = async (app: App, isForImport: boolean): Promise<void> => {
    this.app = app;
    if (this.isRunning) return;
    if (this.lost && this.lost.kind !== 'missing' && isForImport === this.isForImport) return this.follow();
    Object.assign(this, { job: undefined, lost: undefined, isForImport });
    const body = queryOf(app.address.place);
    const query = isForImport ? { for_import: true } : {};
    const asked = JSON.stringify([body, query]);
    if (asked !== this.asked) this.starting.forget();
    this.asked = asked;
    app.live.say(app.text.export.preparing);
    await this.starting.send(
      (idempotencyKey) => app.api.send('post', '/exports', { body, query, idempotencyKey }),
      (job) => {
        this.job = job;
        void this.follow();
      },
    );
  };

  /** The link is valid for 15 minutes; a new one is asked for. */
  readonly downloadAgain = async (): Promise<void> => {
    await this.look();
    if (!this.lost) this.download();
    this.changed();
  };

  /** Reads the job until it is finished; an answer that is lost is asked for again. */
  private async follow(): Promise<void> {
    this.isFollowing = true;
    let failures = 0;
    for (let polls = 0; failures < MAX_LOST; polls += 1) {
      this.changed();
      await new Promise((resolve) => setTimeout(resolve, polls < QUICK_POLLS ? POLL_MS : SLOW_POLL_MS));
      await this.look();
      failures = this.lost ? failures + 1 : 0;
      const mayCome = !this.lost || this.lost.isOutcomeUnknown || this.lost.kind === 'busy';
      if (!mayCome || (!this.lost && ['done', 'failed'].includes(this.job!.state))) break;
    }
    this.isFollowing = false;
    this.changed();
    if (!this.lost && this.job?.state === 'done') this.download();
    else if (!this.isShown) this.app.live.say(this.app.text.export.failed);
  }

  private async look(): Promise<void> {
    try {
      const path = { job_id: this.job!.job_id };
      this.job = await this.app.api.send('get', '/jobs/{job_id}', { path });
      this.lost = undefined;
    } catch (caught) {
      this.lost = this.app.session.observe(caught);
    }
  }

  private download(): void {
    const { download_url } = this.job!;
    if (!download_url) return;
    this.app.live.say(this.app.text.export.done);
    const link = document.createElement('a');
    link.href = download_url;
    link.download = '';
    link.rel = 'noreferrer';
    link.click();
  }

  private readonly changed = (): void => {
    this.dispatchEvent(new Event('change'));
  };
}

const runs = new WeakMap<Session, ExportRun>();

function runOf(app: App): ExportRun {
  const run = runs.get(app.session) ?? new ExportRun(app);
  runs.set(app.session, run);
  return run;
}

/** Exports the list as it is filtered: a job with progress, then the download, which starts by itself. */
class Export extends View {
  private run!: ExportRun;

  override connectedCallback(): void {
    super.connectedCallback();
    this.run = runOf(this.app);
    this.run.isShown = true;
    this.watch(this.run);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.run.isShown = false;
  }

  override render(): TemplateResult {
    const { isRunning, job, error } = this.run;
    const { session, text } = this.app;
    return html`
      ${this.button(text.export.start, 'export', false)}
      ${session.may('edit_user') ? this.button(text.export.forImport, 'exportToEdit', true) : nothing}
      ${isRunning || job || error ? html`<div class="export-state">${this.state()}</div>` : nothing}`;
  }

  private button(label: string, name: IconName, isForImport: boolean): TemplateResult {
    return html`<button type="button" class="icon-button" aria-label=${label} title=${label}
      aria-disabled=${this.run.isRunning ? 'true' : 'false'}
      @click=${() => void this.run.start(this.app, isForImport)}>${icon(name)}</button>`;
  }

  private state(): TemplateResult {
    const { text, format } = this.app;
    const { job, error } = this.run;
    const choices = { kept: text.errors.keptSearch, retry: this.again };
    if (error) return problem(this.app, error, choices);
    if (job?.state === 'failed')
      return problem(this.app, new ApiError('broken'), { ...choices, what: text.export.failed });
    if (job?.state === 'done') {
      return html`<p>${text.export.done}
        <button type="button" class="link-button" @click=${this.run.downloadAgain}>${text.export.again}</button></p>`;
    }
    const progress = job?.done ? text.export.progress(format.number(job.done)) : text.export.preparing;
    return html`<p>${progress}</p><progress aria-label=${text.export.start}></progress>`;
  }

  private readonly again = (): void => void this.run.start(this.app, this.run.isForImport);
}

define('roster-export', Export);
