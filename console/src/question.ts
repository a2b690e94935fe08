import { html, nothing, type TemplateResult } from 'lit';
import { type Already, Change, failure, sendButton, submitted } from './change.js';
import { define } from './define.js';
import { View } from './view.js';

/** What is asked before something is changed. */
export interface Question {
  /** Where it stands. */
  about: string;
  title: string;
  does: string[];
  confirm: string;
  isDestructive?: boolean;
  send: (key: string) => Promise<unknown>;
  /** After a lost answer: something if it has been done already. */
  already?: Already<unknown>;
  /** What is said when it is done. */
  said: string;
  /** Something else that may be meant. */
  instead?: { label: string; ask: () => void };
  /** Reads again what another user has changed meanwhile. */
  current?: () => void;
}

/** Asks inline, never modally. Fires `done` and `cancelled`; its owner returns the focus. */
class QuestionView extends View {
  static override properties = { ...View.properties, question: { attribute: false } };
  declare question: Question;
  private change!: Change;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  /** What was asked is read first; the button is one Tab away, so that Enter twice does nothing. */
  override firstUpdated(): void {
    this.one('[role=group]')?.focus();
  }

  override render(): TemplateResult {
    const { title, does, confirm, isDestructive, instead } = this.question;
    const { error } = this.change;
    return html`
      <div class="confirmation" role="group" tabindex="-1" aria-label=${title} @keydown=${this.closeOnEscape}>
        <h3 class="title" dir="auto">${title}</h3>
        ${does.map((sentence) => html`<p>${sentence}</p>`)}
        ${failure(this.app, this.change, () => void this.send(), this.current)}
        <form class="buttons" @submit=${submitted(() => void this.send())}>
          ${error ? nothing : sendButton(this.app, this.change, confirm, isDestructive ? 'destructive' : 'primary')}
          ${
            instead && !error
              ? html`<button type="button" class="button" @click=${instead.ask}>${instead.label}</button>`
              : nothing
          }
          <button type="button" class="button" @click=${this.cancel}>${this.app.text.actions.cancel}</button>
        </form>
      </div>`;
  }

  private readonly send = async (): Promise<void> => {
    const { send, said, already } = this.question;
    const done = (): void => {
      this.app.live.say(said);
      this.dispatchEvent(new Event('done'));
    };
    await this.change.send(send, done, already);
    // The button no longer exists: the focus stays in the question.
    if (this.change.error) this.focusOn('[role=group]');
  };

  private readonly current = (): void => {
    this.question.current?.();
    this.change.seeCurrent();
    this.one('[role=group]')?.focus();
  };

  private readonly cancel = (): void => {
    this.dispatchEvent(new Event('cancelled'));
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };
}

define('roster-question', QuestionView);
