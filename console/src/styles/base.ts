import { css } from 'lit';

/** The page's frame, and the controls that every view uses. */
export const base = css`
  :host {
    container: page / inline-size;
    display: flex;
    flex-direction: column;
    min-height: 100%;
    box-sizing: border-box;
    background: var(--color-background-body);
    color: var(--color-text);
    font: var(--font-size-30) / 1.45 var(--font-family-text);
    overflow-wrap: anywhere;
  }

  :host([hidden]) { display: none; }
  *, ::before, ::after { box-sizing: border-box; }
  h1, h2, h3, p, dl, dd, ul { margin: 0; }
  h1 { font-size: var(--font-size-60); line-height: 1.3; }
  h2 { font-size: 1.125rem; line-height: 1.3; }
  .title, h3 { font-size: var(--font-size-30); }
  a { color: var(--color-text-link); }
  svg { display: block; }

  roster-export { display: flex; flex-wrap: wrap; gap: var(--space-30); align-items: center; }
  main h2 + .problem { margin-block-start: var(--space-30); }

  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  :focus-visible {
    outline: 2px solid var(--color-border-primary);
    outline-offset: 2px;
  }

  header, nav.views, main, .banner, .leaving { padding-inline: var(--space-60); }
  header {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-30) var(--space-50);
    align-items: center;
    justify-content: space-between;
    padding-block: var(--space-50) var(--space-30);
  }
  header .me {
    display: flex;
    flex-wrap: wrap;
    gap: var(--space-30);
    align-items: center;
    color: var(--color-text-weak);
  }
  nav.views ul { display: flex; flex-wrap: wrap; gap: var(--space-50); padding: 0; list-style: none; }
  nav.views a {
    display: block;
    padding-block: var(--space-30);
    text-decoration: none;
    color: var(--color-text-weak);
  }
  nav.views a[aria-current] { color: var(--color-text-link); border-block-end: 2px solid currentcolor; }
  .banner { padding-block: var(--space-40); background: var(--color-background-warning-weakest); }

  main {
    display: flex;
    flex: 1;
    gap: var(--space-50);
    align-items: flex-start;
    padding-block: var(--space-30) var(--space-60);
  }
  main:focus { outline: none; }
  main > :first-child { flex: 1; min-width: 0; }

  label, .label { display: block; font-weight: 600; }
  .field { display: flex; flex-direction: column; gap: var(--space-20); }
  .hint { color: var(--color-text-weak); font-size: var(--font-size-20); }
  .field-error { color: var(--color-text-error); font-size: var(--font-size-20); }

  input:not([type='range'], [type='checkbox'], [type='radio']), select {
    min-height: 2.25rem;
    max-width: 100%;
    padding: 0 var(--space-40);
    border: 1px solid var(--color-border);
    border-radius: var(--radius-20);
    background: var(--color-background-body);
    color: var(--color-text);
    font: inherit;
  }
  input[type='file'] { padding-block: var(--space-20); }
  [aria-invalid='true'] { border-color: var(--color-border-error); }
  ::placeholder { color: var(--color-text-weak); opacity: 1; }

  .button, .icon-button {
    min-height: 2.25rem;
    padding: var(--space-20) var(--space-40);
    border: 1px solid var(--color-border);
    border-radius: var(--radius-20);
    background: var(--color-background-body);
    color: var(--color-text);
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  .button:hover, .icon-button:hover { background: var(--color-background); }
  .button.primary {
    border-color: transparent;
    background: var(--color-background-primary);
    color: var(--color-text-inverse);
  }
  .button.primary:hover { background: var(--color-background-primary-strong); }
  .button.destructive {
    border-color: transparent;
    background: var(--color-background-destructive);
    color: var(--color-text-inverse);
  }
  .button.destructive:hover { background: var(--color-background-destructive-strong); }
  .button[aria-disabled='true'] { opacity: 0.7; cursor: progress; }
  .icon-button { min-width: 2.25rem; padding: 0 var(--space-30); border-color: transparent; background: transparent; }
  .icon-button:not(.text) { display: inline-grid; place-items: center; }
  .buttons { display: flex; flex-wrap: wrap; gap: var(--space-30); }
  .link-button {
    padding: 0;
    border: 0;
    background: none;
    color: var(--color-text-link);
    font: inherit;
    text-decoration: underline;
    cursor: pointer;
  }

  .problem, .confirmation, .outcome, .empty {
    display: flex;
    flex-direction: column;
    gap: var(--space-30);
    align-items: flex-start;
    padding: var(--space-40) var(--space-50);
    border-inline-start: 4px solid var(--color-border);
    border-radius: var(--radius-20);
    background: var(--color-background);
  }
  .problem { border-color: var(--color-border-error); background: var(--color-background-error-weakest); }
  .problem .what { font-weight: 600; color: var(--color-text-error); }
  .outcome { border-color: var(--color-text-success); background: var(--color-background-success-weakest); }
  .confirmation p, .outcome > p, .empty > p { max-width: 70ch; }

  .chip {
    display: inline-block;
    padding: 0 var(--space-30);
    border-radius: var(--radius-pill);
    background: var(--color-background);
    color: var(--color-text);
    font-size: var(--font-size-20);
    white-space: nowrap;
  }
  .chip.good { background: var(--color-background-success-weakest); color: var(--color-text-success); }
  .chip.waiting { background: var(--color-background-primary-weakest); color: var(--color-text); }
  .chip.warning { background: var(--color-background-warning-weakest); color: var(--color-text-warning); }
  .chip.bad { background: var(--color-background-error-weakest); color: var(--color-text-error); }

  @media (prefers-reduced-motion: no-preference) {
    .skeleton td > span { animation: pulse 1.2s ease-in-out infinite alternate; }
    dialog.panel { animation: slide 150ms ease-out; }
  }
  @keyframes pulse { to { opacity: 0.4; } }
  @keyframes slide { from { translate: 1.5rem 0; opacity: 0; } }
`;
