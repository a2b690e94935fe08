import { html, type TemplateResult } from 'lit';

export interface Answer {
  label: string;
  kind: 'primary' | 'destructive' | '';
  act: () => void;
}

interface Asked {
  id: string;
  title: string;
  /** What follows from the answer. */
  does: (string | TemplateResult)[];
  answers: Answer[];
  /** What Esc does. */
  cancel: () => void;
  /** What is on its way can no longer be taken back: its answer is waited for. */
  isWorking?: boolean;
  /** What has failed after the last answer. */
  failed?: unknown;
}

/** Asks inline, never modally. What is asked takes the focus; each answer is one Tab further. */
export function ask({ id, title, does, answers, cancel, isWorking, failed }: Asked): TemplateResult {
  const escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    if (!isWorking) cancel();
  };
  return html`
    <div class="confirmation" role="group" tabindex="-1" data-question aria-labelledby=${id}
      aria-describedby="${id}-does" @keydown=${escaped}>
      <p id=${id} class="label title" dir="auto">${title}</p>
      <div id="${id}-does" class="stack">${does.map((sentence) => html`<p dir="auto">${sentence}</p>`)}</div>
      ${failed}
      <div class="buttons">
        ${answers.map(
          ({ label, kind, act }) => html`
          <button type="button" class="button ${kind}" aria-disabled=${isWorking ? 'true' : 'false'}
            @click=${isWorking ? undefined : act}>${label}</button>`,
        )}
      </div>
    </div>`;
}
