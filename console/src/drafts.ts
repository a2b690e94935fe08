import { html, nothing, type TemplateResult } from 'lit';
import type { App } from './app.js';
import { ask } from './ask.js';
import { define } from './define.js';
import { View } from './view.js';

/** The forms in which something is entered that is not saved, by their names. Fires `change`, and `ask` at each question. */
export class Drafts extends EventTarget {
  private readonly unsaved = new Map<string, HTMLElement>();
  /** What is to be done once it is decided about the drafts, of one form if it is named. */
  private waiting: { act: () => void; form: string | undefined } | undefined;

  get forms(): string[] {
    return [...this.unsaved.keys()];
  }

  get isAsking(): boolean {
    return this.waiting !== undefined;
  }

  /** The part that holds the draft; none once it is saved. A question about what is saved by now is none. */
  set(form: string, part?: HTMLElement): void {
    if (this.unsaved.get(form) === part) return;
    if (part) this.unsaved.set(form, part);
    else this.unsaved.delete(form);
    if (this.waiting && !this.has(this.waiting.form)) this.waiting = undefined;
    this.changed();
  }

  /** Does this now if nothing of the form (of any form, if none is named) is unsaved; else the user is asked first. */
  leave(act: () => void, form?: string): boolean {
    if (!this.has(form)) {
      act();
      return true;
    }
    this.waiting = { act, form };
    this.changed();
    this.dispatchEvent(new Event('ask'));
    return false;
  }

  /** The fields of what is asked about. */
  get fields(): HTMLElement[] {
    const form = this.waiting?.form;
    const parts = [...this.unsaved].filter(([name]) => form === undefined || name === form);
    return parts.flatMap(([, part]) => [...part.querySelectorAll<HTMLElement>('input:enabled, select:enabled')]);
  }

  stay(): void {
    this.waiting = undefined;
    this.changed();
  }

  discard(): void {
    const { waiting } = this;
    if (waiting?.form) this.unsaved.delete(waiting.form);
    else this.unsaved.clear();
    this.stay();
    waiting?.act();
  }

  private has(form: string | undefined): boolean {
    return form === undefined ? this.unsaved.size > 0 : this.unsaved.has(form);
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** Asks what is to become of the drafts. It takes the focus once for each time that it is asked. */
class Leaving extends View {
  static override properties = {
    ...View.properties,
    of: { attribute: false },
    heading: {},
  };
  declare of: Drafts;
  declare heading: string;

  private root!: ShadowRoot;

  override connectedCallback(): void {
    super.connectedCallback();
    this.root = this.getRootNode() as ShadowRoot;
    this.of.addEventListener('ask', this.takeFocus);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.of.removeEventListener('ask', this.takeFocus);
    if (!this.root.activeElement) this.root.querySelector('main')?.focus();
  }

  override firstUpdated(): void {
    this.takeFocus();
  }

  override render(): TemplateResult {
    const { leave } = this.app.text;
    return ask({
      id: 'leave-title',
      title: this.heading,
      does: [leave.hint],
      answers: [
        { label: leave.stay, kind: 'primary', act: this.stay },
        { label: leave.discard, kind: 'destructive', act: () => this.of.discard() },
      ],
      cancel: this.stay,
    });
  }

  /** To the first field of the draft; if it is in a tab that is not shown, to the head of its panel. */
  private readonly stay = (): void => {
    const { fields } = this.of;
    this.of.stay();
    const head = this.closest('dialog')?.querySelector('h2');
    (fields.find((field) => field.checkVisibility()) ?? head)?.focus();
  };

  private readonly takeFocus = (): void => this.one('[data-question]')?.focus();
}

define('roster-leaving', Leaving);

/** The question, if something waits for its answer. */
export function leaving(app: App, drafts: Drafts, title: string): TemplateResult | typeof nothing {
  return drafts.isAsking
    ? html`<roster-leaving .app=${app} .of=${drafts} .heading=${title}></roster-leaving>`
    : nothing;
}
