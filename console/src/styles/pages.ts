import { css } from 'lit';

/** Teams, skills, people, reconciliations. */
export const pages = css`
  .page { display: flex; flex-direction: column; gap: var(--space-50); min-width: 0; container-type: inline-size; }
  .page > :is(p, .hint) { max-width: 70ch; }
  .page h3 { font-size: 1rem; }
  .page .table-frame { position: relative; }
  .page .table-frame td { vertical-align: middle; }
  @container (max-width: 40rem) {
    .page :is(th, td) { min-width: 0; padding-inline: var(--space-20); white-space: normal; overflow-wrap: anywhere; hyphens: auto; }
  }
  .page input:not([type='checkbox'], [type='radio']) { min-width: 16rem; }
  .fields { display: contents; }
  .page :is(form, .fields, roster-members, roster-bulk-lines) > .field { max-width: 32rem; }
  .page .level input { min-width: 0; width: 7rem; }
  fieldset { min-width: 0; margin: 0; padding: 0; border: 0; }
  legend { padding: 0; }
  fieldset label { display: inline-flex; gap: var(--space-20); align-items: center; margin-inline-end: var(--space-40); font-weight: 400; }
  ul.rows { display: flex; flex-direction: column; padding: 0; list-style: none; }
  ul.rows li { display: flex; flex-wrap: wrap; gap: var(--space-30) var(--space-40); align-items: baseline; padding-block: var(--space-20); }
  ul.rows roster-found-user { display: contents; }
  ul.rows :is(roster-question, .problem) { flex-basis: 100%; }
  .bulk-bar { display: flex; flex-direction: column; gap: var(--space-30); padding: var(--space-40) var(--space-50); margin-block-end: var(--space-40); border-radius: var(--radius-20); background: var(--color-background-primary-weakest); }
  .bulk-bar .buttons { align-items: baseline; }
  .bulk-bar .toolbar { padding: 0; }
  .bulk-bar [aria-expanded='true'] { border-color: var(--color-border-primary); }
  roster-bulk-lines { display: flex; flex-direction: column; gap: var(--space-50); }
  code { font-size: var(--font-size-20); }
  roster-grants, roster-members, roster-flex-skills, roster-new-person { display: flex; flex-direction: column; gap: var(--space-40); }
`;
