import { nothing, type TemplateResult } from 'lit';
import type { App } from './app.js';
import { ask } from './ask.js';

/** The forms in which something is entered that is not saved, by their names. Fires `change`. */
export class Drafts extends EventTarget {
  private readonly unsaved = new Set<string>();
  /** What is to be done once it is decided about the drafts. */
  private waiting: (() => void) | undefined;

  get forms(): string[] {
    return [...this.unsaved];
  }

  get isAsking(): boolean {
    return this.waiting !== undefined;
  }

  set(form: string, isUnsaved: boolean): void {
    if (this.unsaved.has(form) === isUnsaved) return;
    if (isUnsaved) this.unsaved.add(form);
    else this.unsaved.delete(form);
    this.changed();
  }

  /** Does this now if nothing of the form (of any form, if none is named) is unsaved; else the user is asked first. */
  leave(act: () => void, form?: string): boolean {
    const isUnsaved = form ? this.unsaved.has(form) : this.unsaved.size > 0;
    if (!isUnsaved) {
      act();
      return true;
    }
    this.waiting = act;
    this.changed();
    return false;
  }

  stay(): void {
    this.waiting = undefined;
    this.changed();
  }

  discard(): void {
    const act = this.waiting;
    this.unsaved.clear();
    this.stay();
    act?.();
  }

  private changed(): void {
    this.dispatchEvent(new Event('change'));
  }
}

/** Asks what is to become of the drafts, if something waits for that. */
export function leaving(
  { text }: App,
  drafts: Drafts,
  { title, stayed }: { title: string; stayed: () => void },
): TemplateResult | typeof nothing {
  if (!drafts.isAsking) return nothing;
  const stay = (): void => {
    drafts.stay();
    stayed();
  };
  return ask({
    id: 'leave-title',
    title,
    does: text.leave.hint,
    answers: [
      { label: text.leave.stay, kind: 'primary', act: stay },
      { label: text.leave.discard, kind: 'destructive', act: () => drafts.discard() },
    ],
    cancel: stay,
  });
}
