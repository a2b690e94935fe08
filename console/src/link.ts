import { html, type TemplateResult } from 'lit';
import type { Place } from './address.js';
import type { App } from './app.js';

/** A link to another place of this page; a click that asks for another tab or window is the browser's. */
export function link(app: App, place: Partial<Place>, label: string): TemplateResult {
  const go = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    app.address.go(place, 'push');
  };
  return html`<a href=${app.address.link(place)} dir="auto" @click=${go}>${label}</a>`;
}

/** A link that opens a user beside what is shown. */
export function userLink(app: App, user: { user_id: string; name: string }): TemplateResult {
  return link(app, { user: user.user_id, tab: '' }, user.name);
}
