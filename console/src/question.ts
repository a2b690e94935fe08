import type { TemplateResult } from 'lit';
import { type Answer, ask } from './ask.js';
import { type Already, Change, failure } from './change.js';
import { define } from './define.js';
import { View } from './view.js';

/** What is asked before something is changed. */
export interface Question<T = unknown> {
  /** Where it stands. */
  about: string;
  title: string;
  does: (string | TemplateResult)[];
  confirm: string;
  isDestructive?: boolean;
  send: (key: string) => Promise<T>;
  /** After a lost answer: something if it has been done already. */
  already?: Already<T>;
  /** What is said when it is done. */
  said: string;
  /** Something else that may be meant. */
  instead?: { label: string; ask: () => void };
  /** Reads again what another user has changed meanwhile. */
  current?: () => void | Promise<void>;
}

/** Asks inline, never modally. Fires `done` with the result as `detail`, and `cancelled`; its owner returns the focus. */
class QuestionView extends View {
  static override properties = { ...View.properties, question: { attribute: false } };
  declare question: Question;
  private change!: Change;
  private readonly controls = `asks-${crypto.randomUUID()}`;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  /** What was asked is read first; the button is one Tab away, so that Enter twice does nothing. */
  override firstUpdated(): void {
    this.takeFocus();
  }

  override render(): TemplateResult {
    const { title, does, confirm, isDestructive, instead } = this.question;
    const { actions } = this.app.text;
    const { error, isWorking } = this.change;
    const label = isWorking ? actions.working : confirm;
    const answers: Answer[] = [{ label, kind: isDestructive ? 'destructive' : 'primary', act: this.send }];
    if (instead) answers.push({ label: instead.label, kind: '', act: instead.ask });
    return ask({
      id: this.controls,
      title,
      does,
      answers: [...(error ? [] : answers), { label: actions.cancel, kind: '', act: this.cancel }],
      cancel: this.cancel,
      isWorking,
      failed: failure(this.app, this.change, this.send, this.current),
    });
  }

  private readonly send = async (): Promise<void> => {
    const { send, said, already } = this.question;
    const done = (detail: unknown): void => {
      this.app.live.say(said);
      this.dispatchEvent(new CustomEvent('done', { detail }));
    };
    await this.change.send(send, done, already);
    // The button no longer exists: the focus stays in the question.
    if (this.change.error) this.focusOn('[data-question]');
  };

  private readonly current = async (): Promise<void> => {
    await this.change.read(async () => this.question.current?.());
    this.focusOn('[data-question]');
  };

  private takeFocus(): void {
    this.one('[data-question]')?.focus();
  }

  private readonly cancel = (): void => {
    this.dispatchEvent(new Event('cancelled'));
  };
}

define('roster-question', QuestionView);
