import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.js';
import { nextStep, problem } from '../problem.js';
import { inTaskRouter, type OpenedUser, type Receipt } from './opened.js';
import { SYNC_CLASS, whyNot } from './sync.js';

/** What became of the last change: from *saved* to *live in TaskRouter*, or why not; and *Undo* for ten seconds. */
export function receipt(app: App, opened: OpenedUser): TemplateResult | typeof nothing {
  const { receipt: made, user } = opened;
  if (!made || !user) return nothing;
  const {
    actions,
    errors,
    user: { receipt: words },
  } = app.text;
  const why = made.tookMs === undefined ? whyNot(app, user) : undefined;
  const undo = (): void => void opened.undo();
  return html`
    <div class="receipt" role="group" tabindex="-1" aria-label=${words.title} data-receipt>
      <p>${chip(app, opened, made)} ${why ?? nothing}
        ${
          made.undo && !made.undoError
            ? html`<button type="button" class="link-button" data-undo @click=${undo}>${words.undo}</button>`
            : nothing
        }</p>
      ${made.nextStep && !user.next_step ? html`<p><strong>${actions.manualStep}:</strong> ${nextStep(app, made.nextStep)}</p>` : nothing}
      ${made.notice ? html`<p>${words.notices[made.notice.code] ?? made.notice.detail}</p>` : nothing}
      ${
        made.undoError
          ? problem(
              app,
              made.undoError,
              made.undo ? { kept: errors.keptUnknown, retry: undo } : { kept: words.notUndone },
            )
          : nothing
      }
    </div>`;
}

function chip(app: App, { user }: OpenedUser, { tookMs }: Receipt): TemplateResult {
  const {
    syncs,
    user: { receipt: words },
  } = app.text;
  const { state } = user!.sync;
  if (tookMs !== undefined) {
    const said = inTaskRouter(app.text, user!, app.format.seconds(tookMs));
    return html`<span class="chip ${user!.worker ? 'good' : ''}" data-state="live">${said}</span>`;
  }
  const isOver = state === 'failed' || state === 'contested';
  return html`<span class="chip ${SYNC_CLASS[isOver ? state : 'pending']}" data-state=${isOver ? state : 'saved'}>
    ${isOver ? `${words.savedOnly}: ${syncs[state]}` : words.saved}</span>`;
}
