import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { App } from '../app.js';
import { define } from '../define.js';
import { userLink } from '../link.js';
import { all } from '../list/choices.js';
import { PageView } from '../page.js';
import { moreOf, type Page, Paged, Resource, shown } from '../resource.js';
import { type Groups, type Line, partChanges, reasonOf, refusalOf } from './words.js';

const PAGE_SIZE = 50;
/** A page of results may be short; so many are read at most to fill one. */
const MAX_REQUESTS = 10;

/** Refused first: they are what there is to do. */
const OUTCOMES = ['refused', 'changed', 'unchanged'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What would become of each user, or has: refused first, each with the reason. */
class BulkLines extends PageView {
  static override properties = {
    ...PageView.properties,
    jobId: { attribute: false },
    of: { attribute: false },
    counts: { attribute: false },
    groups: { attribute: false },
  };
  declare jobId: string;
  declare of: 'plan' | 'results';
  /** None while they are not known. */
  declare counts: Record<Outcome, number> | undefined;
  /** What is alike in a plan. */
  declare groups: Groups | undefined;
  private teams!: Resource<Map<string, string>>;
  private lists!: Map<Outcome, Paged<Line>>;
  private only: Outcome | '' = '';

  protected override begin(): Resource<unknown>[] {
    this.teams = new Resource(this.app, () => teamNames(this.app));
    const outcomes = OUTCOMES.filter((outcome) => !this.counts || this.counts[outcome] > 0);
    this.lists = new Map(outcomes.map((outcome) => [outcome, this.list(outcome)]));
    return [this.teams, ...this.lists.values()];
  }

  override render(): TemplateResult {
    const { bulk, common } = this.app.text;
    const filter = (event: Event): void => {
      this.only = (event.target as HTMLSelectElement).value as Outcome | '';
      this.requestUpdate();
    };
    const kinds = [...this.lists.keys()];
    return html`
      ${
        kinds.length > 1
          ? html`<div class="field">
            <label for="bulk-outcome">${bulk.outcome}</label>
            <select id="bulk-outcome" @change=${filter}>
              <option value="" .selected=${live(this.only === '')}>${common.any}</option>
              ${kinds.map((kind) => html`<option value=${kind} .selected=${live(kind === this.only)}>${this.heading(kind)}</option>`)}
            </select>
          </div>`
          : nothing
      }
      ${[...this.lists].map(([kind, list]) => (this.only === '' || this.only === kind ? this.section(kind, list) : nothing))}`;
  }

  private heading(outcome: Outcome): string {
    const { bulk } = this.app.text;
    return (this.of === 'plan' ? bulk.outcomes : bulk.results)[outcome];
  }

  private section(outcome: Outcome, list: Paged<Line>): TemplateResult | typeof nothing {
    const { app } = this;
    const heading = this.heading(outcome);
    const count = this.counts?.[outcome];
    const isEmpty = list.value?.items.length === 0 && !list.value.next_cursor;
    if (count === undefined && isEmpty && !list.error) return nothing;
    return html`
      <section class="stack" aria-label=${heading} data-outcome=${outcome}>
        <h3>${heading}${count === undefined ? nothing : ` (${app.format.number(count)})`}</h3>
        ${this.grouped(outcome)}
        ${shown(app, list, ({ items }) => (items.length > 0 ? this.table(outcome, items) : html``))}
        ${moreOf(app, list)}
      </section>`;
  }

  /** How many users the same change, or the same reason, is for. */
  private grouped(outcome: Outcome): TemplateResult | typeof nothing {
    const { app, groups } = this;
    const { bulk, imports } = app.text;
    if (!groups || outcome === 'unchanged') return nothing;
    const people = (users: number): string => bulk.groupOf(users, app.format.number(users));
    const group = (what: string, users: number): TemplateResult =>
      html`<dt dir="auto">${what}</dt><dd>${people(users)}</dd>`;
    const change = ({ change, users }: Groups['changes'][0]): TemplateResult =>
      group(change.part === 'added' ? imports.newPeople : this.words([change])[0]!, users);
    const [kinds, others, rest] =
      outcome === 'changed'
        ? [groups.changes.map(change), groups.other_changes, app.format.number(groups.other_changes)]
        : [
            groups.refusals.map((refusal) => group(reasonOf(app, refusal), refusal.users)),
            groups.other_refusals,
            people(groups.other_refusals),
          ];
    if (kinds.length === 0) return nothing;
    return html`
      <dl class="facts" data-groups>
        ${kinds} ${others > 0 ? html`<dt>${bulk.otherGroups[outcome]}</dt><dd>${rest}</dd>` : nothing}
      </dl>`;
  }

  private words(changes: Line['changes']): string[] {
    return partChanges(this.app, changes, this.teams.value ?? new Map());
  }

  private table(outcome: Outcome, lines: Line[]): TemplateResult {
    const { list, bulk } = this.app.text;
    const what = outcome === 'refused' ? bulk.why : bulk.what;
    return html`
      <div class="table-frame">
        <table>
          <caption class="unseen">${this.heading(outcome)}</caption>
          <thead><tr><th scope="col">${list.name}</th><th scope="col">${what}</th></tr></thead>
          <tbody>${lines.map((line) => this.line(line))}</tbody>
        </table>
      </div>`;
  }

  private line(line: Line): TemplateResult {
    const { app } = this;
    const { bulk } = app.text;
    const changes = this.words(line.changes);
    const since = this.words(line.changed_since ?? []);
    const same = line.outcome === 'unchanged' && since.length === 0 ? html`<div>${bulk.noChange}</div>` : nothing;
    return html`
      <tr data-line=${line.user_id ?? `row-${line.row}`}>
        <th scope="row">${this.who(line)}</th>
        <td>
          ${line.refusal ? html`<div dir="auto">${refusalOf(app, line.refusal, line.row)}</div>` : nothing}
          ${changes.map((change) => html`<div dir="auto">${change}</div>`)} ${same}
          ${since.length > 0 ? html`<div class="hint" dir="auto">${bulk.changedSince(app.format.list(since))}</div>` : nothing}
        </td>
      </tr>`;
  }

  /** A link to a user who is there; one whom the plan would add is not yet. */
  private who({ user_id, name, row, changes }: Line): TemplateResult | string {
    const { app, of } = this;
    const isMissing = of === 'plan' && changes.some(({ part }) => part === 'added');
    if (user_id !== null && name !== null && !isMissing) return userLink(app, { user_id, name });
    if (name !== null) return html`<span dir="auto">${name}</span>`;
    return row === undefined ? app.text.bulk.unknownPerson : app.text.imports.row(app.format.number(row));
  }

  private list(outcome: Outcome): Paged<Line> {
    const { api } = this.app;
    const path = { job_id: this.jobId };
    const read = async (cursor: { cursor?: string }, signal: AbortSignal): Promise<Page<Line>> => {
      const query = { outcome, limit: PAGE_SIZE, ...cursor };
      if (this.of === 'plan') return api.send('get', '/jobs/{job_id}/plan', { path, query, signal });
      return api.send('get', '/jobs/{job_id}/results', { path, query, signal });
    };
    return new Paged(this.app, async (cursor, signal) => {
      const page = { ...(await read(cursor, signal)) };
      for (
        let requests = 1;
        page.next_cursor && page.items.length < PAGE_SIZE && requests < MAX_REQUESTS;
        requests += 1
      ) {
        const next = await read({ cursor: page.next_cursor }, signal);
        Object.assign(page, { items: [...page.items, ...next.items], next_cursor: next.next_cursor });
      }
      return page;
    });
  }
}

/** The names of all teams, archived ones included. */
async function teamNames({ api }: App): Promise<Map<string, string>> {
  const teams = await all((cursor) =>
    api.send('get', '/teams', { query: { archived: 'all', limit: 100, ...(cursor ? { cursor } : {}) } }),
  );
  return new Map(teams.map(({ team_id, name }) => [team_id, name]));
}

define('roster-bulk-lines', BulkLines);
