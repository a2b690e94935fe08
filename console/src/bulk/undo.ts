import { html, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Job } from '../api/types.js';
import { Change, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { View } from '../view.js';
import { planFailure, startPlan } from './planning.js';

/** Plans to take something back, with a choice of what becomes of what has changed again since. */
class BulkUndo extends View {
  static override properties = {
    ...View.properties,
    undoes: { attribute: false },
    changedSince: { attribute: false },
    label: { attribute: false },
  };
  declare undoes: NonNullable<Job['undoes']>;
  declare changedSince: 'keep' | 'revert';
  /** Of the button. */
  declare label: string;
  private change!: Change;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  override render(): TemplateResult {
    const { app, change } = this;
    const { bulk } = app.text;
    return html`
      <form class="stack" @submit=${submitted(() => void this.send())}>
        <fieldset ?inert=${change.isWorking}>
          <legend>${bulk.since}</legend>
          ${(['keep', 'revert'] as const).map((choice) => this.choice(choice))}
        </fieldset>
        <div class="buttons">${sendButton(app, change, this.label, '')}</div>
        <p class="hint">${bulk.undoMeans}</p>
        ${planFailure(app, change, () => void this.send())}
      </form>`;
  }

  private choice(choice: 'keep' | 'revert'): TemplateResult {
    const chosen = (): void => {
      this.changedSince = choice;
      this.change.forget();
    };
    return html`<label><input type="radio" name="changed-since" .checked=${live(this.changedSince === choice)}
      @change=${chosen}> ${this.app.text.bulk[choice]}</label>`;
  }

  private send(): Promise<void> {
    const { undoes, changedSince } = this;
    return startPlan(this, this.change, { undoes, changedSince });
  }
}

define('roster-bulk-undo', BulkUndo);
