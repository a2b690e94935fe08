import { svg, html, type TemplateResult } from 'lit';

const PATHS = {
  add: 'M10 4v12M4 10h12',
  close: 'M5 5l10 10M15 5L5 15',
  delete: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6M8.5 9v4M11.5 9v4',
  deactivate: 'M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM5.5 5.5l9 9',
  edit: 'M4 16l.8-3.2L13 4.6l2.4 2.4-8.2 8.2zM11.5 6.1l2.4 2.4',
  export: 'M10 3.5v8M6.8 8.5L10 11.7l3.2-3.2M4 13.5v3h12v-3',
  exportToEdit: 'M4 13.5v3h12v-3M7 11.5l.6-2.5 5.9-5.9 1.9 1.9-5.9 5.9z',
  import: 'M10 11.5v-8M6.8 6.5L10 3.3l3.2 3.2M4 13.5v3h12v-3',
  next: 'M8 5l5 5-5 5',
  previous: 'M12 5l-5 5 5 5',
  reactivate: 'M15.5 7A6 6 0 1 0 16 11M15.8 3.5V7h-3.5',
} as const;

export type IconName = keyof typeof PATHS;

/** A picture for a control that has its name elsewhere. */
export function icon(name: IconName): TemplateResult {
  return html`<svg width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.5"
    stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${svg`<path d=${PATHS[name]}></path>`}</svg>`;
}
