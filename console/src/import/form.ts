import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { planFailure, startPlan } from '../bulk/planning.js';
import { Change, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import { Upload, UploadError } from './upload.js';

/** As the API takes them. */
const MAX_BYTES = 20_000_000;

/** Takes a file, uploads it, and plans what its rows would make of their users. Fires `closed`. */
class Import extends View {
  static override properties = { ...View.properties, dropped: { attribute: false } };
  /** Onto the list. */
  declare dropped: File[] | undefined;
  private change!: Change;
  /** None while nothing is chosen that can be imported. */
  private upload: Upload | undefined;
  /** What is wrong with what is chosen. */
  private wrong = '';
  private sending = new AbortController();

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  override firstUpdated(): void {
    if (!this.dropped) this.one('input')?.focus();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('dropped') && this.dropped) this.take(this.dropped);
  }

  /** What was dropped stands in the field as if it had been chosen there. */
  override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const field = this.one<HTMLInputElement>('input')!;
    // The same file can be chosen again once it is right: browsers say only when another one is chosen.
    if (!this.upload) field.value = '';
    if (!changed.has('dropped') || !this.dropped || this.change.isWorking) return;
    if (!this.upload) return field.focus();
    const chosen = new DataTransfer();
    chosen.items.add(this.dropped[0]!);
    field.files = chosen.files;
    this.one('form button')?.focus();
  }

  override render(): TemplateResult {
    const { app, change, wrong } = this;
    const { actions, bulk, imports } = app.text;
    const chosen = (event: Event): void => {
      this.take([...((event.target as HTMLInputElement).files ?? [])]);
    };
    return html`
      <section class="bulk-bar" aria-label=${imports.title}>
        <form class="stack" aria-label=${imports.title} @keydown=${this.escaped} @submit=${submitted(this.send)}>
          <div class="toolbar">
            <div class="field" ?inert=${change.isWorking}>
              <label for="import-file">${imports.file}</label>
              <input id="import-file" type="file" accept=".csv,text/csv" required
                aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="import-wrong import-hint" @change=${chosen}>
              <span id="import-wrong" class="field-error" role="alert" dir="auto">${wrong}</span>
            </div>
            ${sendButton(app, change, bulk.plan)}
            <button type="button" class="button" @click=${this.cancel}>${actions.cancel}</button>
          </div>
          ${
            change.isWorking
              ? html`<div data-sending>
                <p>${imports.sending}</p>
                <progress aria-label=${imports.sending}></progress>
              </div>`
              : nothing
          }
          <p class="hint" id="import-hint">${imports.hint} ${bulk.planMeans}</p>
          ${this.failure()}
        </form>
      </section>`;
  }

  protected override get isUnsaved(): boolean {
    return this.upload !== undefined;
  }

  private failure(): TemplateResult | typeof nothing {
    const { app, change } = this;
    const { error } = change;
    if (!(error instanceof UploadError)) return planFailure(app, change, this.send);
    const { errors, imports } = app.text;
    const retry = error.why === 'unreadable' ? {} : { retry: this.send };
    const kept = error.why === 'unreadable' ? errors.keptNothingDone : `${errors.keptNothingDone} ${errors.keptInput}`;
    return problem(app, error, { kept, what: imports.failed[error.why], ...retry });
  }

  /** Another file is another import. */
  private take(files: File[]): void {
    if (this.change.isWorking) return;
    const [file] = files;
    this.wrong = this.faultOf(files);
    this.upload = file && !this.wrong ? new Upload(this.app, file) : undefined;
    this.change.forget();
    this.requestUpdate();
  }

  private faultOf([file, ...others]: File[]): string {
    const { text, format } = this.app;
    if (others.length > 0) return text.imports.one;
    if (file?.size === 0) return text.imports.empty(file.name);
    if (!file || file.size <= MAX_BYTES) return '';
    return text.imports.tooLarge(file.name, format.number(file.size), format.number(MAX_BYTES));
  }

  private readonly send = async (): Promise<void> => {
    const { app, change, upload } = this;
    if (change.isWorking) return;
    if (!upload) return this.one('input')?.focus();
    this.sending = new AbortController();
    const { signal } = this.sending;
    app.live.say(app.text.imports.sending);
    await startPlan(
      this,
      change,
      async () => ({ uploadId: await upload.send(signal) }),
      () => {
        this.upload = undefined;
        this.drafts.set(this.draftName);
      },
    );
    if (change.error?.code === 'upload-missing') upload.forget();
    if (change.error instanceof UploadError && change.error.why === 'unreadable') this.upload = undefined;
    this.requestUpdate();
  };

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };

  /** What is being sent is stopped, and stays chosen. */
  private readonly cancel = (): void => {
    if (this.change.isWorking) this.sending.abort();
    else this.dispatchEvent(new Event('closed'));
  };
}

define('roster-import', Import);
