import type { nothing, TemplateResult } from 'lit';
import type { ApiError } from '../api/error.js';
import { failure } from '../change.js';
import type { Drafts } from '../drafts.js';
import { View } from '../view.js';
import type { Change } from './changes.js';
import type { OpenedUser } from './opened.js';

const SAY_AFTER_MS = 700;

/** A form of the panel. What is entered stays until it is saved or discarded, whatever the API answers. */
export abstract class Form extends View {
  static override properties = { ...View.properties, opened: { attribute: false } };
  declare opened: OpenedUser;
  protected error: ApiError | undefined;
  protected isWorking = false;

  protected abstract override get draftName(): string;
  protected abstract override get isUnsaved(): boolean;

  protected override get drafts(): Drafts {
    return this.opened.drafts;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.opened, this.app.session);
    this.app.session.addEventListener('renewed', this.signedIn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.session.removeEventListener('renewed', this.signedIn);
  }

  protected failure(error: ApiError, retry: () => void): TemplateResult | typeof nothing {
    return failure(this.app, { error, isOutcomeUnknown: error.isOutcomeUnknown }, retry);
  }

  /** Sends the changes, once. Says what stopped them; `true` if all are made. */
  protected async make(changes: Change[]): Promise<ApiError | boolean> {
    if (this.isWorking) return false;
    // The fields rest until the answer is there, and cannot keep the focus.
    const focused = (this.getRootNode() as ShadowRoot).activeElement;
    if (focused?.closest('[data-fields]')) this.one('form .button.primary')?.focus();
    Object.assign(this, { isWorking: true, error: undefined });
    this.requestUpdate();
    const error = await this.opened.change(changes);
    this.isWorking = false;
    this.error = error;
    this.requestUpdate();
    return error ?? true;
  }

  /** Says what a change would do once it is no longer being changed. */
  protected sayLater(lines: string[]): void {
    this.app.live.say(lines.join('. '), SAY_AFTER_MS);
  }

  protected async focusOn(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.one(selector)?.focus();
  }

  /** A user has signed in again: what was entered is still there, and can be sent. */
  private readonly signedIn = (): void => {
    if (this.error?.kind === 'session') this.error = undefined;
    this.requestUpdate();
  };
}
