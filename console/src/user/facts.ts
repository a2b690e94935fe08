import { html, type TemplateResult } from 'lit';
import type { User } from '../api/types.js';
import type { App } from '../app.js';

/** What is known of a user and not decided here. */
export function facts(app: App, user: User): TemplateResult {
  const { text } = app;
  const all: [string, string][] = [
    [text.common.identity, user.identity],
    [text.list.email, user.email ?? ''],
    [text.user.activity, user.worker ? (user.worker.activity ?? '') : text.user.noWorker],
  ];
  if (user.status === 'deleted' || !app.session.may('edit_user')) all.push([text.list.role, text.roles[user.role]]);
  return html`<dl class="facts">${all
    .filter(([, value]) => value)
    .map(
      ([name, value]) => html`
    <dt>${name}</dt><dd dir="auto">${value}</dd>`,
    )}</dl>`;
}
