import { html, type TemplateResult } from 'lit';
import type { ApiError } from '../api/error.js';
import type { App } from '../app.js';
import { whatHappened } from '../problem.js';
import { isFiltered, queryOf } from './query.js';

/** In place of the rows where the caller may not see them. */
export function forbidden(app: App, error: ApiError): TemplateResult {
  return html`
    <div class="empty" role="alert">
      <h2>${app.text.list.forbidden}</h2>
      <p>${whatHappened(app, error)}</p>
    </div>
  `;
}

/** In place of the rows where there are none: no user matches, or there is none. */
export function emptyList(app: App, clear: () => void): TemplateResult {
  const { list } = app.text;
  if (!isFiltered(queryOf(app.address.place))) {
    return html`<div class="empty"><h2>${list.noUsersYet}</h2><p>${list.noUsersYetHint}</p></div>`;
  }
  return html`
    <div class="empty">
      <h2>${list.noMatch}</h2>
      <p>${list.noMatchHint}</p>
      <button type="button" class="button" @click=${clear}>${list.clearFilters}</button>
    </div>
  `;
}
