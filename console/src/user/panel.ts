import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import type { ApiError } from '../api/error.js';
import type { User } from '../api/types.js';
import { define } from '../define.js';
import { icon } from '../icons.js';
import { problem } from '../problem.js';
import { View } from '../view.js';

/** One user, beside the list. */
class UserPanel extends View {
  static override properties = { ...View.properties, userId: { attribute: false } };
  declare userId: string;
  private user: User | undefined;
  private error: ApiError | undefined;
  private request: AbortController | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.app.session.addEventListener('renewed', this.load);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.request?.abort();
    this.app.session.removeEventListener('renewed', this.load);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('userId')) void this.load();
  }

  /** Never modal: the list stays usable, and inside Flex its own dialogs stay above. */
  override firstUpdated(): void {
    this.one<HTMLDialogElement>('dialog')?.show();
  }

  override render(): TemplateResult {
    const { text } = this.app;
    return html`
      <dialog class="panel" aria-label=${text.user.panel(this.user?.name ?? '')} @keydown=${this.closeOnEscape}>
        <div class="panel-head">
          <h2 dir="auto">${this.user?.name ?? text.user.loading}</h2>
          <button type="button" class="icon-button" aria-label=${text.common.close} @click=${this.close}>
            ${icon('close')}</button>
        </div>
        ${
          this.error
            ? problem(this.app, this.error, { kept: text.errors.keptSearch, retry: () => void this.load() })
            : nothing
        }
        ${this.user ? this.facts(this.user) : nothing}
      </dialog>`;
  }

  private facts(user: User): TemplateResult {
    const { text, format } = this.app;
    const skills = user.effective_skills.map((skill) => {
      const name = skill.level === null ? skill.skill : `${skill.skill} ${format.number(skill.level)}`;
      return text.user.skillFrom(name, skill.team ?? text.user.assigned);
    });
    const facts: [string, string][] = [
      [text.user.identity, user.identity],
      [text.list.email, user.email ?? ''],
      [text.list.role, text.roles[user.role]],
      [text.list.status, text.statuses[user.status]],
      [text.list.teams, format.list(user.teams.map((team) => team.name)) || text.common.none],
      [text.user.skills, format.list(skills) || text.common.none],
      [text.user.activity, user.worker ? (user.worker.activity ?? '') : text.user.noWorker],
      [text.list.sync, text.syncs[user.sync.state]],
    ];
    return html`<dl class="facts">
      ${facts.map(([name, value]) => html`<dt>${name}</dt><dd dir="auto">${value}</dd>`)}
    </dl>`;
  }

  private readonly load = async (): Promise<void> => {
    this.request?.abort();
    const request = new AbortController();
    this.request = request;
    try {
      const path = { user_id: this.userId };
      const user = await this.app.api.send('get', '/users/{user_id}', { path, signal: request.signal });
      this.user = user;
      this.error = undefined;
    } catch (caught) {
      const error = this.app.session.observe(caught);
      if (!error) return;
      this.error = error;
    }
    this.requestUpdate();
  };

  /** The focus returns to the row. */
  private readonly close = (): void => {
    const page = this.getRootNode() as ShadowRoot;
    this.app.address.go({ user: '', tab: '' }, 'push');
    page.querySelector<HTMLElement>(`tr[data-user="${CSS.escape(this.userId)}"] a[data-name]`)?.focus();
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };
}

define('roster-user-panel', UserPanel);
