import { html, nothing, type TemplateResult } from 'lit';
import type { ApiError } from './api/error.js';
import type { App } from './app.js';

interface Choices {
  /** What is kept; by default that nothing was changed. */
  kept: string;
  /** What the one button does, and what it says if that is not *Try again*. */
  retry?: () => void;
  button?: string;
}

/** What happened, in words: those of this page where it has some for the code, else those of the API. */
export function whatHappened(app: App, error: ApiError): string {
  const { codes, kinds } = app.text.errors;
  return (error.code && codes[error.code]) || error.problem?.detail || kinds[error.kind];
}

/** A failure in three parts: what happened, what is kept, and one button. The request's id stands under *Details*. */
export function problem(app: App, error: ApiError, { kept, retry, button }: Choices): TemplateResult {
  const { errors } = app.text;
  const again = error.kind === 'session' ? signIn(app) : { label: button ?? errors.tryAgain, act: retry };
  return html`
    <div class="problem" role="alert">
      <p class="what">${whatHappened(app, error)}</p>
      <p>${kept}</p>
      ${again.act ? html`<button type="button" class="button" @click=${again.act}>${again.label}</button>` : nothing}
      ${error.requestId
        ? html`<details><summary>${errors.details}</summary>${errors.request(error.requestId)}</details>`
        : nothing}
    </div>`;
}

function signIn(app: App): { label: string; act: () => void } {
  return { label: app.text.errors.signInAgain, act: () => app.session.askToSignIn() };
}
