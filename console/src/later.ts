import { html, type TemplateResult } from 'lit';
import { ApiError } from './api/error.js';
import type { App } from './app.js';
import { define } from './define.js';
import { problem } from './problem.js';
import { View } from './view.js';

/** What is not there from the start: the pages beside the list, and *Edit user*. */
export type Part = 'pages' | 'user';
type Loader = (part: Part, attempt: number) => Promise<unknown>;

let load: Loader = async () => undefined;

/** How the parts are loaded. */
export function loadPartsBy(loader: Loader): void {
  load = loader;
}

/** Shows what a part has, once that is loaded: most come for the list. */
class Later extends View {
  static override properties = { ...View.properties, from: { attribute: false }, content: { attribute: false } };
  declare from: Part;
  declare content: () => TemplateResult;
  private isLoaded = false;
  private attempts = 0;
  private error: ApiError | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult {
    const { text } = this.app;
    if (this.isLoaded) return this.content();
    return this.error
      ? problem(this.app, this.error, { kept: text.errors.keptInput, retry: () => void this.load() })
      : html`<p>${text.common.loading}</p>`;
  }

  private async load(): Promise<void> {
    try {
      await load(this.from, this.attempts++);
      this.isLoaded = true;
    } catch {
      this.error = new ApiError('unreachable');
    }
    this.requestUpdate();
  }
}

define('roster-later', Later);

export function later(app: App, part: Part, content: () => TemplateResult): TemplateResult {
  return html`<roster-later .app=${app} .from=${part} .content=${content}></roster-later>`;
}
