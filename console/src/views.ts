import { html, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Permission } from './api/types.js';
import type { App } from './app.js';
import { later } from './later.js';
import './list/view.js';
import type { Text } from './text/en.js';

/** A page of the navigation. It is offered to whom the API permits it. */
export interface ViewEntry {
  name: string;
  permission: Permission;
  /** None of a page that the others lead to. */
  label?: (text: Text) => string;
  render: (app: App) => TemplateResult;
}

export const VIEWS: ViewEntry[] = [
  {
    name: 'users',
    permission: 'view_users',
    label: (text) => text.common.users,
    render: (app) => html`<roster-list .app=${app}></roster-list>`,
  },
  {
    name: 'bulk',
    permission: 'edit_user',
    render: (app) => {
      const { item } = app.address.place;
      return later(
        app,
        'pages',
        () => html`${keyed(item, html`<roster-bulk .app=${app} .jobId=${item}></roster-bulk>`)}`,
      );
    },
  },
  {
    name: 'people',
    permission: 'add_agent',
    label: (text) => text.views.people,
    render: (app) => later(app, 'pages', () => html`<roster-people .app=${app}></roster-people>`),
  },
  {
    name: 'teams',
    permission: 'view_catalog',
    label: (text) => text.views.teams,
    render: (app) => later(app, 'pages', () => html`<roster-teams .app=${app}></roster-teams>`),
  },
  {
    name: 'skills',
    permission: 'view_catalog',
    label: (text) => text.views.skills,
    render: (app) => later(app, 'pages', () => html`<roster-catalog .app=${app}></roster-catalog>`),
  },
  {
    name: 'reconciliation',
    permission: 'view_reconciliations',
    label: (text) => text.views.reconciliation,
    render: (app) => later(app, 'pages', () => html`<roster-reconciliation .app=${app}></roster-reconciliation>`),
  },
];
