import { css } from 'lit';

export const list = css`
  .toolbar {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-40);
    align-items: flex-start;
    padding-block-end: var(--space-30);
  }
  .toolbar label { min-height: 1.45em; }
  /* What has no label stands beside the controls of what has one. */
  .toolbar > :is(.button, .icon-button, roster-export) { margin-block-start: calc(1.45em + var(--space-20)); }
  .toolbar .search { flex: 1 1 22rem; }
  .toolbar .search input { width: 100%; }
  .toolbar .field > select { max-width: 14rem; min-width: 8rem; }
  .toolbar .field > #login { max-width: 24rem; }
  .toolbar .level input { width: 7rem; }
  .drop-area {
    position: absolute;
    inset: 0;
    z-index: 1;
    display: flex;
    justify-content: center;
    padding-block-start: 6rem;
    border: 2px dashed var(--color-border-primary);
    border-radius: var(--radius-20);
    background: var(--color-background-primary-weakest);
    opacity: 0.95;
    font-weight: 600;
    pointer-events: none;
  }
  .search-hint { min-height: 1.25rem; }

  .table-frame { overflow-x: auto; border-block-start: 1px solid var(--color-border-weak); }
  table { width: 100%; border-collapse: collapse; text-align: start; }
  th, td {
    padding: var(--space-30) var(--space-40);
    text-align: start;
    vertical-align: top;
    border-block-end: 1px solid var(--color-border-weaker);
  }
  thead th {
    color: var(--color-text-weak);
    font-size: var(--font-size-20);
    white-space: nowrap;
    overflow-wrap: normal;
  }
  tbody th { min-width: 9rem; font-weight: 600; }
  td { overflow-wrap: break-word; }
  td.email { min-width: 10rem; overflow-wrap: anywhere; }
  tr[data-user]:hover, tr[data-user]:focus-within { background: var(--color-background); }
  tr.selected { background: var(--color-background-primary-weakest); }
  table[aria-busy='true'] tbody { opacity: 0.6; }
  td.more-of-row { padding-block-start: 0; }
  .skeleton td > span {
    display: block;
    height: 1rem;
    border-radius: var(--radius-20);
    background: var(--color-border-weaker);
  }

  td.select { width: 1%; padding-inline-end: 0; }
  td.select input { width: 1rem; height: 1rem; margin: 0.125rem 0 0; }
  .bulk-note { padding-block-end: var(--space-30); }

  td.actions { padding-block: 0; white-space: nowrap; }
  .row-actions { display: flex; gap: 0; }
  .row-actions .icon-button { color: var(--color-text-weak); }
  .row-actions .icon-button.delete { color: var(--color-text-error); }
  @media (hover: hover) {
    .row-actions { opacity: 0; }
    tr:hover .row-actions, tr:focus-within .row-actions { opacity: 1; }
  }

  .more { display: flex; flex-wrap: wrap; gap: var(--space-40); align-items: center; padding-block: var(--space-40); }

  /* The panel itself is what stands beside the list. */
  roster-user-panel, main > roster-later:not(:first-child) { display: contents; }
  dialog.panel {
    position: sticky;
    inset-block-start: 0;
    inset-inline: auto;
    flex: 0 1 26rem;
    width: 26rem;
    max-width: 100%;
    max-height: var(--view-height, 100vh);
    margin: 0;
    padding: var(--space-50);
    overflow: auto;
    border: 1px solid var(--color-border-weaker);
    border-radius: var(--radius-20);
    background: var(--color-background-body);
    color: inherit;
    box-shadow: var(--shadow);
  }
  .panel-head { display: flex; gap: var(--space-30); justify-content: space-between; align-items: flex-start; }
  dl.facts {
    display: grid;
    grid-template-columns: minmax(7rem, auto) 1fr;
    gap: var(--space-30) var(--space-50);
    padding-block: var(--space-40);
  }
  dl.facts dt { color: var(--color-text-weak); }

  /* Beside an open panel, and on small screens, the columns that are also in the panel give way. */
  .list { container-type: inline-size; position: relative; }
  @container (max-width: 56rem) {
    td.teams, th.teams { display: none; }
  }
  @container (max-width: 40rem) {
    td.email, th.email, td.sync, th.sync { display: none; }
    th, td { padding-inline: var(--space-30); }
    tbody th { min-width: 7rem; }
    .row-actions .icon-button { min-width: 2rem; padding: 0; }
  }
  @container (max-width: 24rem) {
    td.role, th.role { display: none; }
    th, td { padding-inline: var(--space-20); }
    tbody th { min-width: 5.5rem; }
  }

  @container page (max-width: 60rem) {
    main { flex-direction: column; align-items: stretch; }
    dialog.panel { order: -1; flex-basis: auto; width: 100%; max-height: none; position: static; }
  }
`;
