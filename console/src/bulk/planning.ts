import { html, nothing, type TemplateResult } from 'lit';
import type { App } from '../app.js';
import { type Change, failure } from '../change.js';
import { link } from '../link.js';
import type { View } from '../view.js';
import { type Asked, plan, runOf } from './run.js';

/** Has something planned, and goes to the plan, unless its user has gone elsewhere meanwhile. */
export async function startPlan(
  view: View,
  change: Change,
  ask: Asked | (() => Promise<Asked>),
  started?: () => void,
): Promise<void> {
  const { app } = view;
  await change.send(
    async (key) => {
      const asked = typeof ask === 'function' ? await ask() : ask;
      return { asked, job: await plan(app, asked, key) };
    },
    ({ asked, job }) => {
      started?.();
      runOf(app, job.job_id, asked);
      if (view.isConnected) app.address.go({ view: 'bulk', item: job.job_id, user: '' }, 'push');
    },
  );
}

/** Why it was not planned; where another job is at work, the way to it. */
export function planFailure(app: App, change: Change, retry: () => void): TemplateResult | typeof nothing {
  const { error } = change;
  const running = error?.code === 'bulk-running' ? /[\da-f-]{36}/.exec(error.problem?.detail ?? '')?.[0] : undefined;
  return html`
    ${failure(app, change, retry)}
    ${running ? html`<p>${link(app, { view: 'bulk', item: running, user: '' }, app.text.bulk.showRunning)}</p>` : nothing}`;
}
