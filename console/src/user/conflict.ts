import { html, type TemplateResult } from 'lit';
import type { App } from '../app.js';

/** A field that another user has changed while it was being changed here. */
export interface Conflict {
  field: string;
  label: string;
  mine: string;
  theirs: string;
  choice?: 'mine' | 'theirs';
}

/** Both versions of each field, one of which is chosen. */
export function conflicts(
  app: App,
  id: string,
  all: Conflict[],
  choose: (conflict: Conflict, choice: 'mine' | 'theirs') => void,
): TemplateResult {
  const words = app.text.user.conflict;
  const option = (conflict: Conflict, choice: 'mine' | 'theirs'): TemplateResult => html`
    <label class="option"><input type="radio" name=${`${id}-${conflict.field}`} .checked=${conflict.choice === choice}
      @change=${() => choose(conflict, choice)}> <span dir="auto">${words[choice](conflict[choice])}</span></label>`;
  return html`
    <div class="problem" role="alert" data-conflict>
      <p class="what">${app.text.errors.kinds.stale}</p>
      <p>${all.length > 0 ? words.choose : words.other}</p>
      ${all.map(
        (conflict) => html`
        <fieldset>
          <legend>${conflict.label}</legend>
          ${option(conflict, 'mine')} ${option(conflict, 'theirs')}
        </fieldset>`,
      )}
    </div>`;
}
