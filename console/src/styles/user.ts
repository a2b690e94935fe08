import { css } from 'lit';

export const user = css`
  dialog.panel { flex-basis: 30rem; width: 30rem; }
  .panel-head h2 { flex: 1; min-width: 0; }
  .panel-head .icon-button:dir(rtl).turn svg { scale: -1 1; }
  .panel-status { display: flex; flex-wrap: wrap; gap: var(--space-30); align-items: center; padding-block: var(--space-30); }
  dialog.panel > .problem, dialog.panel > roster-leaving, roster-status-change { margin-block: var(--space-30); display: flex; }
  :is(roster-status-change, roster-leaving) > * { flex: 1; }
  roster-edit-form, roster-skills, roster-history, roster-sync, roster-skill-row, roster-assign-form { display: block; }

  .tabs { display: flex; flex-wrap: wrap; gap: var(--space-20) var(--space-50); margin-block: var(--space-30); border-block-end: 1px solid var(--color-border-weaker); }
  .tabs button { min-height: 2.25rem; padding: var(--space-20) 0; border: 0; border-block-end: 2px solid transparent; background: none; color: var(--color-text-weak); font: inherit; cursor: pointer; }
  .tabs button[aria-selected='true'] { border-color: currentcolor; color: var(--color-text-link); font-weight: 600; }

  .stack { display: flex; flex-direction: column; gap: var(--space-40); align-items: stretch; }
  .stack > .link-button { align-self: flex-start; }
  fieldset { min-width: 0; margin: 0; padding: var(--space-30) var(--space-40) var(--space-40); border: 1px solid var(--color-border-weaker); border-radius: var(--radius-20); }
  legend { padding-inline: var(--space-20); font-weight: 600; }
  .option { display: flex; gap: var(--space-30); align-items: flex-start; padding-block: var(--space-20); font-weight: 400; }
  .option input { flex: none; width: 1rem; height: 1rem; margin: 0.125rem 0 0; }
  .teams-of-user { max-height: 14rem; overflow: auto; padding-inline-start: 2px; }
  .consequence, .note { padding: var(--space-30) var(--space-40); border-inline-start: 4px solid var(--color-border-primary); background: var(--color-background-primary-weakest); }
  .consequence ul { padding-inline-start: var(--space-50); }
  ul.consequence { padding-inline-start: var(--space-60); }
  .note { border-color: var(--color-border); background: var(--color-background); }
  .note.warning { background: var(--color-background-warning-weakest); color: var(--color-text-warning); }
  .receipt { display: flex; flex-direction: column; gap: var(--space-30); padding-block: var(--space-30); }
  .receipt .chip { white-space: normal; }

  ul.skills, ol.history { margin: 0; padding: 0; list-style: none; }
  ul.skills { margin-block-start: var(--space-30); }
  ul.skills > li, ol.history > li { padding-block: var(--space-40); border-block-end: 1px solid var(--color-border-weaker); }
  .skill-head { display: flex; flex-wrap: wrap; gap: var(--space-20) var(--space-30); align-items: center; min-height: 2.25rem; }
  .skill-head h3 { margin-inline-end: auto; }
  .skill-head h3 span { font-weight: 400; font-variant-numeric: tabular-nums; }
  roster-skill-row > * + *, roster-skill-row > form > * + * { margin-block-start: var(--space-20); }
  h4 { margin: 0; }
  .level-field { display: flex; flex-wrap: wrap; gap: var(--space-20) var(--space-40); align-items: center; }
  .level-field input[type='range'] { flex: 1 1 8rem; min-width: 6rem; accent-color: var(--color-background-primary); }
  .level-field input:not([type='range']) { width: 5rem; }
  .level-field > span { flex-basis: 100%; }
  .budget { display: grid; gap: var(--space-20); padding-block: var(--space-30); }
  .budget meter { width: 100%; }
  .with-icon { display: inline-flex; gap: var(--space-30); align-items: center; }
  form.confirmation .entry { display: flex; flex-direction: column; gap: var(--space-30); }
  ol.history time { color: var(--color-text-weak); font-size: var(--font-size-20); }
  ol.history ul { padding-inline-start: var(--space-50); }
`;
