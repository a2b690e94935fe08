import { html, type TemplateResult } from 'lit';
import type { Power } from './api/types.js';
import type { App } from './app.js';
import './list/view.js';
import type { Text } from './text/en.js';

/** A page of the navigation. It is offered to whom the API permits it. */
export interface ViewEntry {
  name: string;
  power: Power;
  label: (text: Text) => string;
  render: (app: App) => TemplateResult;
}

export const VIEWS: ViewEntry[] = [
  {
    name: 'users',
    power: 'view_users',
    label: (text) => text.common.users,
    render: (app) => html`<roster-list .app=${app}></roster-list>`,
  },
];
