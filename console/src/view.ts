import { LitElement } from 'lit';
import type { App } from './app.js';

/**
 * A part of the page. It has no shadow root of its own, so that labels, hints and errors are in the same tree as their
 * controls, and the styles of `<flex-roster>` count.
 */
export abstract class View extends LitElement {
  static override properties = { app: { attribute: false } };
  declare app: App;

  protected override createRenderRoot(): this {
    return this;
  }

  /** Draws again when one of the app's parts changes, as long as the view is in the document. */
  protected watch(...sources: EventTarget[]): void {
    for (const source of sources) {
      source.addEventListener('change', this.redraw);
      this.watched.push(source);
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const source of this.watched.splice(0)) source.removeEventListener('change', this.redraw);
  }

  protected one<E extends HTMLElement>(selector: string): E | null {
    return this.querySelector<E>(selector);
  }

  private readonly watched: EventTarget[] = [];
  private readonly redraw = (): void => this.requestUpdate();
}
