import { html, nothing, type TemplateResult } from 'lit';
import type { Reconciliation } from '../api/types.js';
import { Change, failure } from '../change.js';
import { define } from '../define.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import '../question.js';
import { type Resource, shown } from '../resource.js';
import './found_user.js';
import { latest } from './latest.js';

const POLL_MS = 1_000;
/** One that was interrupted is continued by the next runner, within 15 minutes. */
const SLOW_POLL_MS = 10_000;

const STATE_CLASS: Record<Reconciliation['state'], string> = {
  queued: 'waiting',
  running: 'waiting',
  done: 'good',
  braked: 'bad',
};
const OF_USERS = ['contested', 'failed', 'stuck', 'missing', 'extra'] as const;
const OF_NAMES = ['unmanaged', 'unknown_skills', 'unresolved'] as const;

/** The latest reconciliation: its progress, its report, what is to be decided. Starts one, and confirms a braked one. */
class ReconciliationView extends PageView {
  private report!: Resource<Reconciliation | null>;
  private starting!: Change;
  private question: Question | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private said = '';

  protected override begin(): Resource<unknown>[] {
    this.report = latest(this.app);
    this.starting = new Change(this.app.session);
    this.report.addEventListener('change', this.follow);
    this.watch(this.starting);
    return [this.report];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  override render(): TemplateResult {
    const { app } = this;
    const { reconciliation } = app.text;
    return html`
      <section class="page" aria-label=${app.text.views.reconciliation}>
        <p>${reconciliation.means}</p>
        ${
          app.session.may('start_reconciliations')
            ? html`<div class="buttons"><button type="button" class="button primary" data-start @click=${this.start}
              aria-disabled=${this.starting.isWorking ? 'true' : 'false'}>${reconciliation.start}</button></div>`
            : nothing
        }
        ${failure(app, this.starting, this.start)}
        ${shown(app, this.report, (report) => (report ? this.shownReport(report) : html`<p class="empty">${reconciliation.noneYet}</p>`))}
      </section>`;
  }

  private shownReport(report: Reconciliation): TemplateResult {
    const { text, format } = this.app;
    const { reconciliation } = text;
    const { state, started_at, finished_at } = report;
    const isRunning = !finished_at;
    return html`
      <h2>${reconciliation.latest} <span class="chip ${STATE_CLASS[state]}">${reconciliation.states[state]}</span></h2>
      <p>${reconciliation.started(format.time(started_at))}
        ${finished_at ? reconciliation.finished(format.time(finished_at)) : nothing}</p>
      ${
        isRunning
          ? html`<p>${reconciliation.progress(format.number(report.workers), format.number(report.left))}</p>
          <progress aria-label=${text.views.reconciliation}></progress>`
          : nothing
      }
      ${report.interruption ? html`<p>${reconciliation.interruptions[report.interruption]}</p>` : nothing}
      ${report.brake && state === 'braked' ? this.brake(report, report.brake.detail) : nothing}
      ${this.counts(report)}
      ${this.findings(report)}`;
  }

  private brake(report: Reconciliation, detail: string): TemplateResult {
    const { session, text } = this.app;
    const { reconciliation } = text;
    return html`
      <div class="problem">
        <p class="what">${reconciliation.brakeTitle}</p>
        <p>${detail}</p>
        ${
          session.may('start_reconciliations')
            ? html`<button type="button" class="button" data-confirm-brake @click=${() => this.ask(report)}>${reconciliation.confirm}</button>`
            : nothing
        }
      </div>
      ${
        this.question
          ? html`<roster-question .app=${this.app} .question=${this.question} @done=${this.confirmed} @cancelled=${this.cancelled}
          ></roster-question>`
          : nothing
      }`;
  }

  private counts(report: Reconciliation): TemplateResult {
    const { text, format } = this.app;
    const facts = Object.entries(text.reconciliation.counts) as [keyof typeof text.reconciliation.counts, string][];
    return html`<dl class="facts">
      ${facts.map(([name, label]) => html`<dt>${label}</dt><dd data-count=${name}>${format.number(report[name])}</dd>`)}
    </dl>`;
  }

  private findings(report: Reconciliation): TemplateResult {
    const { findings, nothingFound } = this.app.text.reconciliation;
    const finding = (name: keyof typeof findings, rows: TemplateResult[]): TemplateResult => html`
      <h3>${findings[name]} (${this.app.format.number(report[name].count)})</h3>
      <ul class="rows" data-finding=${name}>${rows}</ul>`;
    const user = (id: string, fields: string[]): TemplateResult => html`
      <li data-found=${id}><roster-found-user .app=${this.app} .userId=${id} .fields=${fields}></roster-found-user></li>`;
    const parts = [
      ...(report.differing.count > 0
        ? [
            finding(
              'differing',
              report.differing.first.map((found) => user(found.user_id, found.fields)),
            ),
          ]
        : []),
      ...OF_USERS.filter((name) => report[name].count > 0).map((name) =>
        finding(
          name,
          report[name].first.map((id) => user(id, name === 'contested' ? ['skills'] : [])),
        ),
      ),
      ...OF_NAMES.filter((name) => report[name].count > 0).map((name) =>
        finding(
          name,
          report[name].first.map((found) => html`<li><code>${found}</code></li>`),
        ),
      ),
    ];
    return parts.length > 0 ? html`${parts}` : html`<p>${nothingFound}</p>`;
  }

  private readonly start = (): void => {
    const { api } = this.app;
    void this.starting.send(
      (idempotencyKey) => api.send('post', '/reconciliations', { body: {}, idempotencyKey }),
      () => void this.report.load(),
    );
  };

  private ask(report: Reconciliation): void {
    const { api, text } = this.app;
    const { reconciliation } = text;
    const body = { confirm: report.reconciliation_id };
    this.question = {
      about: 'brake',
      title: reconciliation.asksConfirm,
      does: [report.brake?.detail ?? '', reconciliation.confirmDoes],
      confirm: reconciliation.confirm,
      isDestructive: true,
      said: reconciliation.states.queued,
      send: (idempotencyKey) => api.send('post', '/reconciliations', { body, idempotencyKey }),
    };
    this.requestUpdate();
  }

  private readonly confirmed = (): void => {
    this.question = undefined;
    void this.report.load();
    this.focusOn('[data-start]');
  };

  private readonly cancelled = (): void => {
    this.question = undefined;
    this.focusOn('[data-confirm-brake]');
  };

  /** Reads it again until it is finished; what has become of it is said. */
  private readonly follow = (): void => {
    clearTimeout(this.timer);
    const report = this.report.value;
    if (!report || !this.isConnected) return;
    const { live, text } = this.app;
    if (this.said && this.said !== report.state) live.say(text.reconciliation.states[report.state]);
    this.said = report.state;
    if (report.finished_at) return;
    this.timer = setTimeout(() => void this.report.load(), report.interruption ? SLOW_POLL_MS : POLL_MS);
  };
}

define('roster-reconciliation', ReconciliationView);
