import { html, type TemplateResult } from 'lit';
import type { App } from '../app.js';

export const TABS = ['profile', 'skills', 'history', 'sync'] as const;
export type Tab = (typeof TABS)[number];

/** The tabs of the panel; the arrow keys move between them. */
export function tabList(app: App, current: Tab): TemplateResult {
  const words = app.text.user.tabs;
  const go = (tab: Tab): void => app.address.go({ tab: tab === 'profile' ? '' : tab });
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const list = event.currentTarget as HTMLElement;
    const inward = getComputedStyle(list).direction === 'rtl' ? -step : step;
    const next = TABS[(TABS.indexOf(current) + inward + TABS.length) % TABS.length]!;
    go(next);
    list.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return html`
    <div role="tablist" class="tabs" aria-label=${words.label} @keydown=${move}>
      ${TABS.map(
        (tab) => html`
        <button type="button" role="tab" id="tab-${tab}" aria-selected=${tab === current ? 'true' : 'false'}
          aria-controls="panel-${tab}" tabindex=${tab === current ? '0' : '-1'} @click=${() => go(tab)}>
          ${words[tab]}</button>`,
      )}
    </div>`;
}
