import { html, type TemplateResult } from 'lit';

interface Answer {
  label: string;
  kind: 'primary' | 'destructive' | '';
  act: () => void;
  isWorking?: boolean;
}

interface Asked {
  id: string;
  title: string;
  /** What follows from the answer. */
  does: string;
  answers: Answer[];
  /** What Esc does. */
  cancel: () => void;
}

/** Asks inline, never modally. What is asked takes the focus; each answer is one Tab further. */
export function ask({ id, title, does, answers, cancel }: Asked): TemplateResult {
  const escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    cancel();
  };
  return html`
    <div class="confirmation" role="group" tabindex="-1" data-question aria-labelledby=${id} @keydown=${escaped}>
      <p id=${id} class="label" dir="auto">${title}</p>
      <p dir="auto">${does}</p>
      <div class="buttons">
        ${answers.map(
          ({ label, kind, act, isWorking }) => html`
          <button type="button" class="button ${kind}" aria-disabled=${isWorking ? 'true' : 'false'}
            @click=${act}>${label}</button>`,
        )}
      </div>
    </div>`;
}
