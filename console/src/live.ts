import { html, type TemplateResult } from 'lit';

/** One polite live region for the whole page: what happened, said once. Failures are `role=alert` where they stand. */
export class Live extends EventTarget {
  private message = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Says something; with a wait, only if nothing else is said before: while a user types. */
  say(message: string, waitMs = 0): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      // The same words again are said again.
      this.message = message === this.message ? `${message}\u00a0` : message;
      this.dispatchEvent(new Event('change'));
    }, waitMs);
  }

  render(): TemplateResult {
    return html`<div class="unseen" aria-live="polite" role="status" data-live>${this.message}</div>`;
  }
}
