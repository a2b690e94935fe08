import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { App } from './app.js';
import { type Already, Change, failure, sendButton, submitted } from './change.js';
import { define } from './define.js';
import { View } from './view.js';

/** A name that is entered and sent. */
interface Named<T> {
  /** Of the field. */
  id: string;
  label: string;
  button: string;
  kind?: 'primary' | '';
  /** What the field begins with. */
  initial?: string;
  send: (name: string, idempotencyKey: string) => Promise<T>;
  done: (result: T) => void;
  /** Reads, after a lost answer, whether the name has been sent with success. */
  already?: (name: string) => ReturnType<Already<T>>;
  /** Reads again what another user has changed meanwhile. */
  current?: () => void;
}

class NameForm extends View {
  static override properties = { ...View.properties, named: { attribute: false } };
  declare named: Named<unknown>;
  private change!: Change;
  /** What is typed, if the field was touched. */
  private typed: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change ??= new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  override render(): TemplateResult {
    const { app, change } = this;
    const { id, label, button, kind, current } = this.named;
    return html`
      <form class="toolbar" @submit=${submitted(() => void this.send())}>
        <div class="field" ?inert=${change.isWorking}>
          <label for=${id}>${label}</label>
          <input id=${id} maxlength="64" required autocomplete="off" dir="auto" .value=${live(this.name)} @input=${this.enter}>
        </div>
        ${sendButton(app, change, button, kind)}
      </form>
      ${failure(app, change, () => void this.send(), current && (() => this.showCurrent(current)))}`;
  }

  private get name(): string {
    return this.typed ?? this.named.initial ?? '';
  }

  protected override get isUnsaved(): boolean {
    return this.name !== (this.named.initial ?? '');
  }

  /** There may be more than one on a page. */
  protected override get draftName(): string {
    return this.named.id;
  }

  private readonly enter = (event: Event): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.change.forget();
  };

  private async send(): Promise<void> {
    const { send, done, already } = this.named;
    const name = this.name.trim();
    await this.change.send(
      (idempotencyKey) => send(name, idempotencyKey),
      (result) => {
        this.typed = undefined;
        this.drafts.set(this.draftName);
        done(result);
      },
      async () => already?.(name),
    );
  }

  /** What was typed stays. */
  private showCurrent(current: () => void): void {
    this.change.seeCurrent();
    current();
  }
}

define('roster-name-form', NameForm);

export function nameForm<T>(app: App, named: Named<T>): TemplateResult {
  return html`<roster-name-form .app=${app} .named=${named}></roster-name-form>`;
}
