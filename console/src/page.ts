import { View } from './view.js';

/** Something that is read for a page. Fires `change`. */
interface Read extends EventTarget {
  load: () => Promise<void>;
  stop?: () => void;
}

/** A view that reads what it shows from the API, and again when a user has signed in. */
export abstract class PageView extends View {
  private resources: Read[] = [];

  /** What the page shows; each begins to be read. */
  protected abstract begin(): Read[];

  override connectedCallback(): void {
    super.connectedCallback();
    this.restart();
    this.watch(this.app.session);
    this.app.session.addEventListener('renewed', this.reload);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const resource of this.resources) resource.stop?.();
    this.app.session.removeEventListener('renewed', this.reload);
  }

  /** Shows something else. */
  protected restart(): void {
    for (const resource of this.resources) resource.stop?.();
    this.resources = this.begin();
    this.watch(...this.resources);
    this.reload();
  }

  protected readonly reload = (): void => {
    for (const resource of this.resources) void resource.load();
  };
}
