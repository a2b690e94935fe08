import { html, nothing, type TemplateResult } from 'lit';
import type { User } from '../api/types.js';
import type { App } from '../app.js';
import './edit_form.js';
import { facts } from './facts.js';
import './history.js';
import type { OpenedUser } from './opened.js';
import './skills.js';
import './sync.js';
import type { Tab } from './tabs.js';

/** What a tab of the panel shows. */
export function tabPanel(app: App, tab: Tab, opened: OpenedUser, user: User): TemplateResult {
  switch (tab) {
    case 'skills':
      return html`<roster-skills .app=${app} .opened=${opened}></roster-skills>`;
    case 'history':
      return html`<roster-history .app=${app} .opened=${opened}></roster-history>`;
    case 'sync':
      return html`<roster-sync .app=${app} .opened=${opened}></roster-sync>`;
    case 'profile':
      return html`${facts(app, user)} ${edit(app, opened, user)}`;
  }
}

function edit(app: App, opened: OpenedUser, user: User): TemplateResult | typeof nothing {
  if (user.status === 'deleted') return html`<p class="note">${app.text.user.deleted}</p>`;
  if (!app.session.may('edit_user')) return nothing;
  return html`<roster-edit-form .app=${app} .opened=${opened}></roster-edit-form>`;
}
