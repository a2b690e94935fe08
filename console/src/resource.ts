import { html, type TemplateResult } from 'lit';
import type { ApiError } from './api/error.js';
import type { App } from './app.js';
import { problem } from './problem.js';

/** Something that is read and shown. What was read stays while it is read again. Fires `change`. */
export class Resource<T> extends EventTarget {
  value: T | undefined;
  error: ApiError | undefined;
  private request: AbortController | undefined;

  constructor(
    protected readonly app: App,
    private readonly read: (signal: AbortSignal) => Promise<T>,
  ) {
    super();
  }

  readonly load = async (): Promise<void> => {
    await this.run(this.read);
  };

  stop(): void {
    this.request?.abort();
  }

  /** One request at a time: a newer one takes the place of an older. */
  protected async run(read: (signal: AbortSignal) => Promise<T>): Promise<void> {
    this.stop();
    const request = new AbortController();
    this.request = request;
    try {
      const value = await read(request.signal);
      if (request.signal.aborted) return;
      Object.assign(this, { value, error: undefined });
    } catch (caught) {
      const error = this.app.session.observe(caught);
      if (!error || request.signal.aborted) return;
      this.error = error;
    }
    this.dispatchEvent(new Event('change'));
  }
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

/** A list of the API, as many pages of it as were asked for. */
export class Paged<Item> extends Resource<Page<Item>> {
  constructor(
    app: App,
    private readonly readPage: (cursor: { cursor?: string }, signal: AbortSignal) => Promise<Page<Item>>,
  ) {
    super(app, (signal) => readPage({}, signal));
  }

  readonly more = async (): Promise<void> => {
    const { items, next_cursor: cursor } = this.value ?? { items: [], next_cursor: null };
    await this.run(async (signal) => {
      const page = await this.readPage(cursor ? { cursor } : {}, signal);
      return { ...page, items: [...items, ...page.items] };
    });
  };
}

/** What was read, or that it is being read, or what has failed. */
export function shown<T>(app: App, resource: Resource<T>, show: (value: T) => TemplateResult): TemplateResult {
  const { error, value } = resource;
  const kept = app.text.errors.keptInput;
  return html`
    ${error ? problem(app, error, { kept, retry: () => void resource.load() }) : ''}
    ${value !== undefined ? show(value) : error ? '' : html`<p>${app.text.common.loading}</p>`}`;
}

/** When the counts of a list were made, the oldest of them; nothing where none has been. */
export function countedAt(app: App, counted: { counted_at: string | null }[]): TemplateResult | string {
  const [oldest] = counted.flatMap(({ counted_at: at }) => at ?? []).sort();
  return oldest ? html`<p class="hint" data-counted>${app.text.pages.counted(app.format.time(oldest))}</p>` : '';
}

/** The button below a list of which more exists. */
export function moreOf<Item>(app: App, list: Paged<Item>): TemplateResult | string {
  if (!list.value?.next_cursor) return '';
  const { text, format } = app;
  return html`<div class="more">
    <span>${text.list.shownMore(format.number(list.value.items.length))}</span>
    <button type="button" class="button" @click=${list.more}>${text.pages.more}</button>
  </div>`;
}
