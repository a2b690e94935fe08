import { html, nothing, type TemplateResult } from 'lit';
import type { User } from '../api/types.js';
import type { App } from '../app.js';
import { nextStep } from '../problem.js';
import type { StatusAction } from './status_change.js';

/** The status, the actions of the row once more, and the manual step that the status leaves. */
export function panelStatus(app: App, user: User, ask: (action: StatusAction) => void): TemplateResult {
  const { text, session } = app;
  const other = user.status === 'active' ? 'deactivate' : 'reactivate';
  const actions: StatusAction[] = user.status === 'deleted' ? [] : [other, 'delete'];
  const button = (action: StatusAction): TemplateResult => html`
    <button type="button" class="button" data-action=${action} @click=${() => ask(action)}>
      ${text.actions[action]}</button>`;
  return html`
    <div class="panel-status">
      <span class="chip ${user.status === 'active' ? 'good' : 'warning'}">${text.statuses[user.status]}</span>
      ${actions.filter((action) => session.may(action)).map(button)}
    </div>
    ${
      user.next_step ? html`<p class="note">${text.actions.manualStep}: ${nextStep(app, user.next_step)}</p>` : nothing
    }`;
}
