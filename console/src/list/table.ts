import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { repeat } from 'lit/directives/repeat.js';
import type { ListedUser, Status, SyncState } from '../api/types.js';
import type { App } from '../app.js';
import { icon, type IconName } from '../icons.js';
import type { StatusAction } from '../user/status_change.js';
import type { Selection } from './selection.js';

const COLUMNS = 8;
const SKELETON_ROWS = 8;
const STATUS_CLASS: Record<Status, string> = { active: 'good', deactivated: 'warning', deleted: 'bad' };
const SYNC_CLASS: Record<SyncState, string> = { synced: '', pending: 'waiting', failed: 'bad', contested: 'warning' };

export interface Row {
  user: ListedUser;
  sync: SyncState | undefined;
  /** A confirmation, or what a change has left to do, below the row. */
  below: TemplateResult | undefined;
}

export interface RowHandlers {
  act: (user: ListedUser, action: StatusAction, opener: HTMLElement) => void;
  /** None for those who may change no users. */
  selection: Selection | undefined;
}

export function table(app: App, rows: Row[], isBusy: boolean, handlers: RowHandlers): TemplateResult {
  const users = rows.map(({ user }) => user);
  const { selection } = handlers;
  return frame(
    app,
    isBusy,
    selection ? selectPage(app, selection, users) : nothing,
    html`
    <tbody @keydown=${moveBetweenLinks}>
      ${repeat(
        rows,
        (row) => row.user.user_id,
        (row) => rowOf(app, row, users, handlers),
      )}
    </tbody>`,
  );
}

/** What stands in place of the rows until the first of them are there. */
export function skeleton(app: App): TemplateResult {
  const cells = Array.from({ length: COLUMNS }, () => html`<td><span></span></td>`);
  return html`
    <p class="unseen">${app.text.list.skeleton}</p>
    ${frame(
      app,
      true,
      nothing,
      html`
      <tbody class="skeleton" aria-hidden="true">
        ${Array.from({ length: SKELETON_ROWS }, () => html`<tr>${cells}</tr>`)}
      </tbody>`,
    )}`;
}

function frame(
  app: App,
  isBusy: boolean,
  select: TemplateResult | typeof nothing,
  body: TemplateResult,
): TemplateResult {
  const { list } = app.text;
  return html`
    <div class="table-frame">
      <table aria-busy=${isBusy ? 'true' : 'false'}>
        <caption class="unseen">${list.caption}</caption>
        <thead>
          <tr>
            <td class="select">${select}</td>
            <th scope="col">${list.name}</th>
            <th scope="col" class="email">${list.email}</th>
            <th scope="col" class="role">${list.role}</th>
            <th scope="col" class="teams">${list.teams}</th>
            <th scope="col">${list.status}</th>
            <th scope="col" class="sync">${list.sync}</th>
            <th scope="col"><span class="unseen">${list.actions}</span></th>
          </tr>
        </thead>
        ${body}
      </table>
    </div>`;
}

/** Selects all that are shown. */
function selectPage(app: App, selection: Selection, users: ListedUser[]): TemplateResult {
  const selected = selection.of(users);
  return html`<input type="checkbox" data-select-page aria-label=${app.text.list.selectShown}
    .checked=${live(selected === 'all')} .indeterminate=${live(selected === 'some')}
    @click=${() => selection.togglePage(users)}>`;
}

/** With Shift, also those between this one and the last that was selected. */
function select(app: App, selection: Selection, users: ListedUser[], user: ListedUser): TemplateResult {
  return html`<input type="checkbox" data-select aria-label=${app.text.list.select(user.name)}
    .checked=${live(selection.has(user.user_id))}
    @click=${(event: MouseEvent) => selection.toggle(users, user.user_id, event.shiftKey)}>`;
}

function rowOf(app: App, { user, sync, below }: Row, users: ListedUser[], handlers: RowHandlers): TemplateResult {
  const { text, address } = app;
  const isSelected = address.place.user === user.user_id;
  return html`
    <tr data-user=${user.user_id} class=${isSelected ? 'selected' : ''}>
      <td class="select">${handlers.selection ? select(app, handlers.selection, users, user) : nothing}</td>
      <th scope="row">
        <a href=${address.link({ user: user.user_id })} data-name dir="auto"
          aria-current=${isSelected ? 'true' : nothing}
          @click=${(event: MouseEvent) => open(app, event, user)}>${user.name}</a>
      </th>
      <td class="email" dir="auto">${(user.email ?? '').split(/(?=@)/).map((part) => html`${part}<wbr>`)}</td>
      <td class="role">${text.roles[user.role]}</td>
      <td class="teams">${teams(app, user)}</td>
      <td><span class="chip ${STATUS_CLASS[user.status]}">${text.statuses[user.status]}</span></td>
      <td class="sync">${sync ? html`<span class="chip ${SYNC_CLASS[sync]}">${text.syncs[sync]}</span>` : nothing}</td>
      <td class="actions">${actions(app, user, handlers)}</td>
    </tr>
    ${below ? html`<tr class="below"><td class="more-of-row" colspan=${COLUMNS}>${below}</td></tr>` : nothing}`;
}

function teams(app: App, user: ListedUser): TemplateResult {
  const shown = user.teams.slice(0, 2).map((team) => team.name);
  const left = user.teams.length - shown.length;
  const all = user.teams.map((team) => team.name).join(', ');
  return html`<span title=${left > 0 ? all : nothing}>${shown.join(', ')}${
    left > 0 ? ` ${app.text.list.moreTeams(app.format.number(left))}` : nothing
  }</span>`;
}

function actions(app: App, user: ListedUser, handlers: RowHandlers): TemplateResult {
  const { session, text } = app;
  const status: StatusAction | undefined =
    user.status === 'active' ? 'deactivate' : user.status === 'deactivated' ? 'reactivate' : undefined;
  const button = (action: StatusAction): TemplateResult | typeof nothing =>
    session.may(action)
      ? html`<button type="button" class="icon-button ${action}" title=${text.actions[action]}
          aria-label=${text.actions.of(text.actions[action], user.name)} data-action=${action}
          @click=${(event: Event) => handlers.act(user, action, event.currentTarget as HTMLElement)}
          >${icon(action as IconName)}</button>`
      : nothing;
  return html`
    <div class="row-actions">
      ${
        session.may('edit_user') && user.status !== 'deleted'
          ? html`<button type="button" class="icon-button edit" title=${text.actions.edit}
            aria-label=${text.actions.of(text.actions.edit, user.name)} data-action="edit"
            @click=${(event: MouseEvent) => open(app, event, user)}>${icon('edit')}</button>`
          : nothing
      }
      ${status ? button(status) : nothing}
      ${user.status === 'deleted' ? nothing : button('delete')}
    </div>`;
}

/** Opens the panel; a click that asks for another tab or window is the browser's. */
function open(app: App, event: MouseEvent, user: ListedUser): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  app.address.go({ user: user.user_id, tab: '' }, 'push');
}

/** Up and Down move between the names, only while one of them has the focus. */
function moveBetweenLinks(event: KeyboardEvent): void {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const link = event.target as HTMLElement;
  if (!step || !link.matches('a[data-name]')) return;
  const links = [...(link.closest('tbody')?.querySelectorAll<HTMLElement>('a[data-name]') ?? [])];
  const next = links[links.indexOf(link) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
