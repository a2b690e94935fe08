import { html, nothing, type TemplateResult } from 'lit';
import { ApiError } from './api/error.js';
import { define } from './define.js';
import { problem } from './problem.js';
import type { Login } from './session.js';
import { View } from './view.js';

const GROUPS = ['admin', 'supervisor', 'agent'] as const;

/** Asks who is there: one of those who are logged in to the local simulator, else a token. Fires `signed-in`. */
class SignIn extends View {
  private logins: Login[] | undefined;
  private error: ApiError | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  override render(): TemplateResult | typeof nothing {
    const { session, text } = this.app;
    if (!session.loginsUrl) return this.form(this.tokenField());
    if (this.error) {
      const retry = (): void => void this.load();
      return problem(this.app, this.error, { kept: text.errors.keptInput, retry });
    }
    if (!this.logins) return html`<p>${text.common.loading}</p>`;
    return this.logins.length > 0 ? this.form(this.choice(this.logins)) : this.noLogins();
  }

  private async load(): Promise<void> {
    if (!this.app.session.loginsUrl) return;
    this.error = undefined;
    try {
      this.logins = await this.app.session.logins();
    } catch {
      this.error = new ApiError('unreachable');
    }
    this.requestUpdate();
  }

  private form(field: TemplateResult): TemplateResult {
    return html`
      <form class="toolbar" @submit=${this.submit}>
        ${field}
        <button class="button primary">${this.app.text.session.continue}</button>
      </form>`;
  }

  private choice(logins: Login[]): TemplateResult {
    const { session } = this.app.text;
    const group = (login: Login): string => GROUPS.find((role) => login.roles.includes(role)) ?? 'other';
    const groups = [...GROUPS, 'other' as const].map((name) => ({
      name,
      members: logins.filter((login) => group(login) === name),
    }));
    return html`
      <div class="field">
        <label for="login">${session.choose}</label>
        <select id="login" name="login" aria-describedby="login-hint">
          ${groups
            .filter(({ members }) => members.length > 0)
            .map(
              ({ name, members }) => html`
            <optgroup label=${session.groups[name]}>
              ${members.map(
                (login) => html`
                <option value=${login.identity}>${login.full_name} (${login.identity})</option>`,
              )}
            </optgroup>`,
            )}
        </select>
        <span class="hint" id="login-hint">${session.chooseHint}</span>
      </div>`;
  }

  private tokenField(): TemplateResult {
    const { session } = this.app.text;
    return html`
      <div class="field">
        <label for="token">${session.token}</label>
        <input id="token" name="token" type="password" autocomplete="off" required aria-describedby="token-hint">
        <span class="hint" id="token-hint">${session.tokenHint}</span>
      </div>`;
  }

  private noLogins(): TemplateResult {
    const { errors, session } = this.app.text;
    return html`<div class="empty">
      <p>${session.noLogins}</p>
      <button type="button" class="button" @click=${() => void this.load()}>${errors.tryAgain}</button>
    </div>`;
  }

  private readonly submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const identity = form.get('login') as string | null;
    const login = this.logins?.find((known) => known.identity === identity);
    const { session } = this.app;
    await session.signIn(login?.token ?? (form.get('token') as string | null), login?.identity);
    if (session.state === 'ready' && !session.error) this.dispatchEvent(new Event('signed-in'));
  };
}

define('roster-sign-in', SignIn);
