import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError, ErrorKind } from './api/error.js';
import type { User } from './api/types.js';
import type { App } from './app.js';

interface Choices {
  /** What is kept; by default that nothing was changed. */
  kept: string;
  /** What the one button does, and what it says if that is not *Try again*. */
  retry?: () => void;
  button?: string;
  /** Instead of what the error says. */
  what?: string;
}

/** The API knows more of these than a kind says. */
const DETAILED: ErrorKind[] = ['conflict', 'forbidden', 'invalid', 'missing'];

/** What happened, in words: those of this page for the code, else those of the API, else those for the kind. */
export function whatHappened(app: App, error: ApiError): string {
  const { codes, kinds } = app.text.errors;
  const ofCode = error.code && (codes as Record<string, string>)[error.code];
  const detail = DETAILED.includes(error.kind) ? error.problem?.detail : undefined;
  return (ofCode && counted(ofCode, error.problem?.detail ?? '')) || detail || kinds[error.kind];
}

/** The counts that the API states, like `users: 3`, where a text names them, like `{users}`. */
function counted(text: string, detail: string): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => new RegExp(`${name}: (\\d+)`).exec(detail)?.[1] ?? '?');
}

/** The manual step that a change leaves, in the words of this page where it has some for its code. */
export function nextStep(app: App, step: NonNullable<User['next_step']>): string {
  return app.text.nextSteps[step.code] ?? step.detail;
}

/**
 * A failure in three parts: what happened, what is kept, and one button. The request's id stands under *Details*.
 * That a session has ended is said by the page, once.
 */
export function problem(app: App, error: ApiError, { kept, retry, button, what }: Choices): TemplateResult {
  const { errors } = app.text;
  const isEnded = error.kind === 'session' && app.session.state !== 'ready';
  const again = isEnded ? signIn(app) : { label: button ?? errors.tryAgain, act: retry };
  return html`
    <div class="problem" role=${error.kind === 'session' ? nothing : 'alert'}>
      <p class="what">${what ?? whatHappened(app, error)}</p>
      <p>${kept}</p>
      ${again.act ? html`<button type="button" class="button" @click=${again.act}>${again.label}</button>` : nothing}
      ${
        error.requestId
          ? html`<details><summary>${errors.details}</summary>${errors.request(error.requestId)}</details>`
          : nothing
      }
    </div>`;
}

function signIn(app: App): { label: string; act: () => void } {
  return { label: app.text.errors.signInAgain, act: () => app.session.askToSignIn() };
}
