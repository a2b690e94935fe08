import { html, type TemplateResult } from 'lit';
import { ApiError } from './api/error.js';
import type { App } from './app.js';
import { define } from './define.js';
import { problem } from './problem.js';
import { View } from './view.js';

let load: (attempt: number) => Promise<unknown> = async () => undefined;

/** How the pages are loaded that are not there from the start. */
export function loadPagesBy(loader: (attempt: number) => Promise<unknown>): void {
  load = loader;
}

/** Most come for the list: the other pages are loaded when one opens the first of them. */
class Later extends View {
  static override properties = { ...View.properties, page: { attribute: false } };
  declare page: () => TemplateResult;
  private isLoaded = false;
  private attempts = 0;
  private error: ApiError | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    const { text } = this.app;
    if (this.isLoaded) return this.page();
    return this.error
      ? problem(this.app, this.error, { kept: text.errors.keptInput, retry: () => void this.load() })
      : html`<p>${text.common.loading}</p>`;
  }

  private async load(): Promise<void> {
    try {
      await load(this.attempts++);
      this.isLoaded = true;
    } catch {
      this.error = new ApiError('unreachable');
    }
    this.requestUpdate();
  }
}

define('roster-later', Later);

export function later(app: App, page: () => TemplateResult): TemplateResult {
  return html`<roster-later .app=${app} .page=${page}></roster-later>`;
}
