import { html, nothing, type TemplateResult } from 'lit';
import type { ListedUser, Reconciliation } from '../api/types.js';
import { define } from '../define.js';
import { link, userLink } from '../link.js';
import { PageView } from '../page.js';
import { latest } from '../reconciliation/latest.js';
import { moreOf, Paged, type Resource, shown } from '../resource.js';
import './new_person.js';
import { Scan } from './scan.js';

/** Adding people, and those of whom one should know: waiting, twice there, unmanaged, deleted. */
class People extends PageView {
  private scan!: Scan;
  private deleted!: Paged<ListedUser>;
  private report!: Resource<Reconciliation | null>;

  protected override begin(): Resource<unknown>[] {
    const { api } = this.app;
    this.scan = new Scan(this.app);
    this.deleted = new Paged(this.app, (cursor, signal) =>
      api.send('get', '/users', { query: { status: 'deleted', limit: 50, ...cursor }, signal }),
    );
    this.report = latest(this.app);
    return [this.scan, this.deleted, this.report];
  }

  override render(): TemplateResult {
    const { app } = this;
    const { people, common, reconciliation } = app.text;
    return html`
      <section class="page" aria-label=${app.text.views.people}>
        <roster-new-person .app=${app} @added=${this.scan.load}></roster-new-person>
        ${shown(app, this.scan, ({ items, next_cursor }) => this.scanned(items.length, next_cursor !== null))}
        <h2>${reconciliation.findings.unmanaged}</h2>
        <p>${people.unmanagedMeans}</p>
        ${shown(app, this.report, (report) => this.unmanaged(report))}
        <h2>${people.deleted}</h2>
        <p>${people.deletedMeans} <code>flex-roster restore USER_ID</code></p>
        ${shown(
          app,
          this.deleted,
          ({ items }) => html`
          ${
            items.length > 0
              ? html`<ul class="rows" data-deleted>${items.map(
                  (user) => html`<li>
                ${userLink(app, user)} <code>${user.user_id}</code> <span>${app.format.time(user.updated_at)}</span></li>`,
                )}</ul>`
              : html`<p>${common.none}</p>`
          }
          ${moreOf(app, this.deleted)}`,
        )}
      </section>`;
  }

  private scanned(count: number, isMore: boolean): TemplateResult {
    const { text, format } = this.app;
    const { people, common } = text;
    const { waiting, sameEmail } = this.scan;
    const none = isMore ? people.noneSoFar : common.none;
    return html`
      <h2>${people.waiting}</h2>
      <p>${people.waitingMeans}</p>
      ${
        waiting.length > 0
          ? html`<ul class="rows" data-waiting>${waiting.map(
              (user) => html`<li>
            ${userLink(this.app, user)} <span dir="auto">${user.identity}</span> <span>${text.roles[user.role]}</span></li>`,
            )}</ul>`
          : html`<p>${none}</p>`
      }
      <h2>${people.sameEmail}</h2>
      <p>${people.sameEmailMeans}</p>
      ${
        sameEmail.length > 0
          ? html`<ul class="rows" data-same-email>${sameEmail.map(
              (users) => html`<li>
            <span dir="auto">${users[0]?.email}</span> ${users.map((user) => userLink(this.app, user))}</li>`,
            )}</ul>`
          : html`<p>${none}</p>`
      }
      ${
        isMore
          ? html`<div class="more"><span>${people.read(format.number(count))}</span>
            <button type="button" class="button" @click=${this.scan.goOn}>${people.goOn}</button></div>`
          : nothing
      }`;
  }

  private unmanaged(report: Reconciliation | null): TemplateResult {
    const { text, format } = this.app;
    const { people, reconciliation } = text;
    if (!report) return html`<p>${reconciliation.noneYet}</p>`;
    const { count, first } = report.unmanaged;
    return html`
      <p>${people.asOf(format.number(count), format.time(report.started_at))}
        ${link(this.app, { view: 'reconciliation' }, text.views.reconciliation)}</p>
      ${count > 0 ? html`<ul class="rows">${first.map((sid) => html`<li><code>${sid}</code></li>`)}</ul>` : nothing}`;
  }
}

define('roster-people', People);
