import { LitElement, type PropertyValues } from 'lit';
import type { App } from './app.js';
import type { Drafts } from './drafts.js';

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

  override connectedCallback(): void {
    super.connectedCallback();
    this.requestUpdate();
  }

  /** Draws again when one of the app's parts changes, as long as the view is in the document. */
  protected watch(...sources: EventTarget[]): void {
    for (const source of sources) {
      source.addEventListener('change', this.redraw);
      this.watched.push(source);
    }
  }

  /** Whether something is entered here that is not saved. */
  protected get isUnsaved(): boolean {
    return false;
  }

  /** Names what is unsaved here. */
  protected get draftName(): string {
    return this.localName;
  }

  /** Out of the document with the whole page, as Flex takes it while it shows another view: it comes back as it is. */
  protected get isPageAway(): boolean {
    return !this.isConnected && this.getRootNode() instanceof ShadowRoot;
  }

  protected get drafts(): Drafts {
    return this.app.drafts;
  }

  /** Lit also draws what has left the document meanwhile. */
  override updated(_changed: PropertyValues<this>): void {
    const isThere = this.isConnected || this.isPageAway;
    this.drafts.set(this.draftName, isThere && this.isUnsaved ? this : undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (!this.isPageAway) this.drafts.set(this.draftName);
    for (const source of this.watched.splice(0)) source.removeEventListener('change', this.redraw);
  }

  protected one<E extends HTMLElement>(selector: string): E | null {
    return this.querySelector<E>(selector);
  }

  /** The focus goes there once the view is drawn. */
  protected focusOn(selector: string): void {
    this.requestUpdate();
    void this.updateComplete.then(() => this.one(selector)?.focus());
  }

  private readonly watched: EventTarget[] = [];
  private readonly redraw = (): void => this.requestUpdate();
}
