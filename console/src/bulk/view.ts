import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Job } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { link } from '../link.js';
import { selectionOf } from '../list/selection.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import './bar.js';
import './lines.js';
import { planFailure, startPlan } from './planning.js';
import { type BulkRun, isAtWork, runOf } from './run.js';
import './undo.js';

type Plan = NonNullable<Job['plan']>;

/** A change of many users: its plan, how far it is applied, what has become of it, and the way back. */
class Bulk extends View {
  static override properties = { ...View.properties, jobId: { attribute: false } };
  declare jobId: string;
  private run!: BulkRun;
  private applying!: Change;
  private cancelling!: Change;
  private replanning!: Change;
  /** What is typed to confirm. */
  private confirmed = '';
  private isConfirmWrong = false;
  private stage = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.run = runOf(this.app, this.jobId);
    this.run.show(true);
    [this.applying, this.cancelling, this.replanning] = [0, 1, 2].map(() => new Change(this.app.session)) as [
      Change,
      Change,
      Change,
    ];
    this.watch(this.run, this.applying, this.cancelling, this.replanning, this.app.session);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.run.show(false);
  }

  override render(): TemplateResult {
    const { app, run } = this;
    const { bulk, common, errors } = app.text;
    const title = this.heading;
    return html`
      <section class="page" aria-label=${title}>
        <p>${link(app, { view: 'users', item: '' }, bulk.back)}</p>
        <h2 tabindex="-1" data-head>${title}</h2>
        ${run.error ? problem(app, run.error, { kept: errors.keptInput, retry: () => void run.follow() }) : nothing}
        ${run.job ? this.content(run.job) : run.error ? nothing : html`<p>${common.loading}</p>`}
      </section>`;
  }

  private get heading(): string {
    const { bulk, imports } = this.app.text;
    const { asked, job } = this.run;
    if (job?.task === 'import' || (asked && 'uploadId' in asked)) return imports.title;
    return job?.undoes ? (job.undoes.record_id ? bulk.undoRecordTitle : bulk.undoTitle) : bulk.title;
  }

  /** Another stage is said; the focus is at its head if what had it is gone. */
  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const { job } = this.run;
    const stage = job ? `${job.phase} ${isAtWork(job) ? 'work' : job.state}` : 'none';
    if (stage === this.stage) return;
    this.stage = stage;
    if (job && !isAtWork(job)) this.app.live.say(this.headline(job));
    if (!(this.getRootNode() as ShadowRoot).activeElement) this.one('[data-head]')?.focus();
  }

  private content(job: Job): TemplateResult {
    const isPlan = job.phase === 'plan';
    if (isAtWork(job)) return this.atWork(job, isPlan);
    if (!isPlan) return this.results(job);
    if (job.state === 'planned' && job.plan) return this.plan(job, job.plan);
    return this.withoutPlan(job);
  }

  /** How it ended, or stands, in a sentence; what has failed comes first. */
  private headline(job: Job): string {
    const { text, format } = this.app;
    const { bulk } = text;
    if (job.phase === 'plan') {
      if (job.state === 'planned') return bulk.planned;
      return job.state === 'cancelled' ? bulk.discarded : bulk.planFailed;
    }
    const [done, total] = [format.number(job.done), format.number(job.total ?? job.done)];
    const { changed = 0, unchanged = 0, refused = 0 } = job.results ?? {};
    const parts = [
      ...(job.state === 'failed' ? [bulk.stopped(done, total)] : []),
      ...(job.state === 'cancelled' ? [bulk.cancelled(done, total)] : []),
      ...(refused > 0 ? [bulk.partly(refused, format.number(refused), done)] : []),
      ...(job.state === 'done' && (changed > 0 || refused === 0) ? [bulk.done(changed, format.number(changed))] : []),
      ...(unchanged > 0 ? [bulk.doneButUnchanged(format.number(unchanged))] : []),
    ];
    return parts.join(' ');
  }

  private atWork(job: Job, isPlan: boolean): TemplateResult {
    const { text, format } = this.app;
    const { bulk } = text;
    const words = isPlan ? bulk.planning : bulk.applying(format.number(job.done), format.number(job.total ?? 0));
    return html`
      <div class="stack" data-stage="work">
        <p>${words}</p>
        ${
          isPlan
            ? html`<progress aria-label=${words}></progress>`
            : html`<progress aria-label=${words} max=${job.total || 1} .value=${job.done}></progress>`
        }
        ${this.cancelButton(isPlan ? bulk.cancelPlanning : bulk.cancel)}
        ${isPlan ? nothing : html`<p class="hint">${bulk.cancelMeans}</p>`}
      </div>`;
  }

  /** With what stands beside it. */
  private cancelButton(label: string, beside: TemplateResult | typeof nothing = nothing): TemplateResult {
    const { app, cancelling } = this;
    return html`
      <form class="buttons" @submit=${submitted(() => void this.cancel())}>
        ${beside} ${sendButton(app, cancelling, label, '')}
      </form>
      ${failure(app, cancelling, () => void this.cancel())}`;
  }

  /** The plan was discarded, or could not be made. */
  private withoutPlan(job: Job): TemplateResult {
    const { errors } = this.app.text;
    if (job.state === 'cancelled') return html`<p data-stage="discarded">${this.headline(job)}</p>${this.planAgain()}`;
    return html`
      <div class="problem" role="alert" data-stage="failed">
        <p class="what">${this.headline(job)}</p>
        ${job.error ? html`<p dir="auto" data-error>${job.error}</p>` : nothing}
        <p>${errors.keptNothingDone}</p>
      </div>
      ${this.planAgain()}`;
  }

  private plan(job: Job, plan: Plan): TemplateResult {
    const { app } = this;
    const { text, format } = app;
    const { bulk } = text;
    const isExpired = Date.parse(plan.usable_until) < Date.now() || this.applying.error?.code === 'plan-expired';
    return html`
      <div class="stack" data-stage="planned">
        <p>${bulk.planned} ${isExpired ? nothing : bulk.usableUntil(format.time(plan.usable_until))}</p>
        ${plan.file ? this.file(plan.file) : nothing}
        ${this.counts(bulk.counts, plan)}
        ${this.remarks(plan)}
        ${this.failedRows(job)}
        ${
          isExpired
            ? html`<p class="note warning">${bulk.expired}</p>${this.planAgain()}`
            : plan.changed > 0
              ? this.applyForm(plan)
              : html`<p class="note">${bulk.noneChanges}</p>`
        }
        ${this.cancelButton(
          bulk.discard,
          html`<button type="button" class="button" data-download @click=${() => void this.download('download_url')}
            >${bulk.download}</button>`,
        )}
      </div>
      ${
        job.undoes
          ? html`<roster-bulk-undo .app=${app} .undoes=${job.undoes} .label=${bulk.again}
            .changedSince=${this.run.asked && 'undoes' in this.run.asked ? this.run.asked.changedSince : 'keep'}></roster-bulk-undo>`
          : nothing
      }
      <roster-bulk-lines .app=${app} .jobId=${job.job_id} .of=${'plan'} .counts=${plan} .groups=${plan.groups}
        ></roster-bulk-lines>`;
  }

  /** What the changes do not do, and what is left to be done by hand. */
  private remarks({ remarks }: Plan): TemplateResult | typeof nothing {
    const { nextSteps, bulk } = this.app.text;
    const words: Record<string, string> = { ...nextSteps, ...bulk.notices };
    return remarks.length === 0
      ? nothing
      : html`<ul class="note" data-remarks>${remarks.map(({ code, detail }) => html`<li>${words[code] ?? detail}</li>`)}</ul>`;
  }

  /** What was found out about the file of an import. */
  private file({ rows, separator }: NonNullable<Plan['file']>): TemplateResult {
    const { text, format } = this.app;
    return html`<p data-file>${text.imports.facts(rows, format.number(rows), separator)}</p>`;
  }

  /** The refused rows of an import, as a file. */
  private failedRows({ failed_rows_url, plan }: Job): TemplateResult | typeof nothing {
    const { imports } = this.app.text;
    if (!failed_rows_url || !plan?.refused) return nothing;
    return html`
      <p>${imports.failedRowsMean}</p>
      <div class="buttons"><button type="button" class="button" data-failed-rows
        @click=${() => void this.download('failed_rows_url')}>${imports.failedRows}</button></div>`;
  }

  private counts(words: Record<'changed' | 'unchanged' | 'refused', string>, counts: Job['results']): TemplateResult {
    const row = (name: 'changed' | 'unchanged' | 'refused'): TemplateResult =>
      html`<dt>${words[name]}</dt><dd data-count-of=${name}>${this.app.format.number(counts?.[name] ?? 0)}</dd>`;
    return html`<dl class="facts">${row('refused')}${row('changed')}${row('unchanged')}</dl>`;
  }

  private applyForm(plan: Plan): TemplateResult {
    const { app, applying } = this;
    const { text, format } = app;
    const { bulk } = text;
    const drastic = format.number(plan.drastic);
    const typed = (event: Event): void => {
      this.confirmed = (event.target as HTMLInputElement).value;
      this.isConfirmWrong = false;
      applying.forget();
    };
    return html`
      <form class="stack" data-apply @submit=${submitted(() => void this.apply(plan))}>
        ${
          plan.must_confirm
            ? html`<div class="field" ?inert=${applying.isWorking}>
              <label for="bulk-confirm">${bulk.confirm(drastic)}</label>
              <input id="bulk-confirm" inputmode="numeric" autocomplete="off" .value=${live(this.confirmed)}
                aria-invalid=${this.isConfirmWrong ? 'true' : 'false'} aria-describedby="bulk-confirm-hint" @input=${typed}>
              <span id="bulk-confirm-hint" class=${this.isConfirmWrong ? 'field-error' : 'hint'}
                >${bulk.confirmMeans(plan.drastic, drastic)}</span>
            </div>`
            : nothing
        }
        <div class="buttons">${sendButton(app, applying, bulk.apply(plan.changed, format.number(plan.changed)))}</div>
        ${failure(app, applying, () => void this.apply(plan))}
      </form>`;
  }

  private results(job: Job): TemplateResult {
    const { app } = this;
    const { bulk, errors } = app.text;
    const { changed = 0, unchanged = 0, refused = 0 } = job.results ?? {};
    const isFailure = refused > 0 || job.state === 'failed';
    // One that was stopped has counted only so far as it last said.
    const counts = job.state === 'done' ? { changed, unchanged, refused } : undefined;
    return html`
      <div class=${isFailure ? 'problem' : 'outcome'} role=${isFailure ? 'alert' : 'group'}
        aria-label=${isFailure ? nothing : this.heading} data-stage="ended">
        <p class="what">${this.headline(job)}</p>
        ${job.error ? html`<details><summary>${errors.details}</summary>${job.error}</details>` : nothing}
      </div>
      ${counts ? this.counts(bulk.results, counts) : nothing}
      ${changed > 0 && job.plan ? this.remarks(job.plan) : nothing}
      ${this.failedRows(job)}
      ${job.state === 'failed' && job.plan ? this.goOn(job.plan) : nothing}
      ${
        changed > 0 || !counts
          ? html`<roster-bulk-undo .app=${app} .undoes=${{ job_id: job.job_id }} .changedSince=${'keep'} .label=${bulk.undo}
            ></roster-bulk-undo>`
          : nothing
      }
      <roster-bulk-lines .app=${app} .jobId=${job.job_id} .of=${'results'} .counts=${counts}
        ></roster-bulk-lines>`;
  }

  /** What a fault has stopped goes on where it was; what was confirmed stays so. */
  private goOn(plan: Plan): TemplateResult {
    const { app, applying } = this;
    const send = (): void => void this.send(plan, plan.must_confirm ? { confirm: plan.drastic } : {});
    return html`
      <form @submit=${submitted(send)}>${sendButton(app, applying, app.text.bulk.goOn)}</form>
      ${failure(app, applying, send)}`;
  }

  /** The same again; where it is not known what was asked for, the way to the list. */
  private planAgain(): TemplateResult | typeof nothing {
    const { app, replanning } = this;
    const { asked } = this.run;
    if (!asked) return nothing;
    const send = (): void => void startPlan(this, replanning, asked);
    return html`
      <form @submit=${submitted(send)}>${sendButton(app, replanning, app.text.bulk.again, '')}</form>
      ${planFailure(app, replanning, send)}`;
  }

  /** A number that is not the one to confirm stays, and is marked. */
  private async apply(plan: Plan): Promise<void> {
    if (!plan.must_confirm) return this.send(plan, {});
    const confirm = this.confirmed.replace(/[.,\s\u00a0\u202f’']/g, '');
    if (confirm !== String(plan.drastic)) {
      this.isConfirmWrong = true;
      return this.focusOn('#bulk-confirm');
    }
    return this.send(plan, { confirm: plan.drastic });
  }

  private async send(plan: Plan, confirmed: { confirm?: number }): Promise<void> {
    const { api, session } = this.app;
    const path = { job_id: this.jobId };
    const body = { plan: plan.hash, ...confirmed };
    await this.applying.send(
      (idempotencyKey) => api.send('post', '/jobs/{job_id}/apply', { path, body, idempotencyKey }),
      (job) => {
        selectionOf(session).clear();
        this.run.see(job);
      },
    );
    // Perhaps it has been applied, cancelled or replaced elsewhere: what is there is shown.
    if (this.applying.error?.kind === 'conflict') await this.run.follow();
  }

  private async cancel(): Promise<void> {
    const { api } = this.app;
    const path = { job_id: this.jobId };
    await this.cancelling.send(
      (idempotencyKey) => api.send('post', '/jobs/{job_id}/cancel', { path, idempotencyKey }),
      (job) => this.run.see(job),
    );
    if (this.cancelling.error?.kind === 'conflict') await this.run.follow();
  }

  /** The link is valid for 15 minutes; a new one is asked for. */
  private async download(link: 'download_url' | 'failed_rows_url'): Promise<void> {
    await this.run.look();
    const url = this.run.job?.[link];
    this.requestUpdate();
    if (this.run.error || !url) return;
    const anchor = document.createElement('a');
    Object.assign(anchor, { href: url, download: '', rel: 'noreferrer' });
    anchor.click();
  }
}

define('roster-bulk', Bulk);
