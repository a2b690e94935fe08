import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError } from './api/error.js';
import type { Job } from './api/types.js';
import { define } from './define.js';
import { icon } from './icons.js';
import { queryOf } from './list/query.js';
import { problem } from './problem.js';
import { View } from './view.js';

const POLL_MS = 500;
const SLOW_POLL_MS = 2_000;
/** A job without progress for so long is polled less often. */
const QUICK_POLLS = 10;

/** Exports the list as it is filtered: a job with progress, then the download, which starts by itself. */
class Export extends View {
  private job: Job | undefined;
  private error: ApiError | undefined;
  private isRunning = false;
  private isStopped = false;
  /** Kept until the job is known, so that a lost answer starts no second one. */
  private key: string | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.isStopped = true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.isStopped = false;
  }

  override render(): TemplateResult {
    const label = this.app.text.export.start;
    return html`
      <button type="button" class="icon-button" aria-label=${label} title=${label} aria-disabled=${
        this.isRunning ? 'true' : 'false'
      } @click=${this.start}>${icon('export')}</button>
      ${this.isRunning || this.job || this.error ? html`<div class="export-state">${this.state()}</div>` : nothing}`;
  }

  private state(): TemplateResult {
    const { text, format } = this.app;
    const { job } = this;
    if (this.error) {
      return problem(this.app, this.error, { kept: text.errors.keptSearch, retry: () => void this.start() });
    }
    if (job?.state === 'failed') {
      return html`<div class="problem" role="alert">
        <p class="what">${text.export.failed}</p>
        <p>${job.error ?? ''} ${text.errors.keptSearch}</p>
        <button type="button" class="button" @click=${this.start}>${text.errors.tryAgain}</button>
      </div>`;
    }
    if (job?.state === 'done') {
      return html`<p>${text.export.done}
        <button type="button" class="link-button" @click=${this.downloadAgain}>${text.export.again}</button></p>`;
    }
    if (!job || job.total === null) return html`<p>${text.export.preparing}</p><progress></progress>`;
    const progress = text.export.progress(format.number(job.done), format.number(job.total));
    return html`<p>${progress}</p>
      <progress max=${job.total} .value=${job.done} aria-label=${text.export.start}></progress>`;
  }

  private readonly start = async (): Promise<void> => {
    if (this.isRunning) return;
    Object.assign(this, { isRunning: true, job: undefined, error: undefined });
    this.requestUpdate();
    this.key ??= crypto.randomUUID();
    this.app.live.say(this.app.text.export.preparing);
    try {
      const body = queryOf(this.app.address.place);
      this.job = await this.app.api.send('post', '/exports', { body, idempotencyKey: this.key });
      this.key = undefined;
      await this.follow(this.job.job_id);
    } catch (caught) {
      this.error = this.app.session.observe(caught);
      // The refusal is the answer to this key for a day.
      if (this.error?.code === 'export-running') this.key = undefined;
    }
    this.isRunning = false;
    this.requestUpdate();
  };

  private async follow(jobId: string): Promise<void> {
    for (let polls = 0; !this.isStopped; polls += 1) {
      await new Promise((resolve) => setTimeout(resolve, polls < QUICK_POLLS ? POLL_MS : SLOW_POLL_MS));
      const job = await this.app.api.send('get', '/jobs/{job_id}', { path: { job_id: jobId } });
      this.job = job;
      this.requestUpdate();
      if (job.state === 'done') this.download(job);
      if (job.state === 'done' || job.state === 'failed') return;
    }
  }

  private download(job: Job): void {
    if (!job.download_url) return;
    this.app.live.say(this.app.text.export.done);
    const link = document.createElement('a');
    link.href = job.download_url;
    link.download = '';
    link.rel = 'noreferrer';
    link.click();
  }

  /** The link is valid for 15 minutes; a new one is asked for. */
  private readonly downloadAgain = async (): Promise<void> => {
    if (!this.job) return;
    try {
      this.download(await this.app.api.send('get', '/jobs/{job_id}', { path: { job_id: this.job.job_id } }));
    } catch (caught) {
      this.error = this.app.session.observe(caught);
      this.requestUpdate();
    }
  };
}

define('roster-export', Export);
