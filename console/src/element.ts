import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Address } from './address.js';
import { Api } from './api/client.js';
import { ApiError } from './api/error.js';
import type { App } from './app.js';
import { Format } from './format.js';
import { Live } from './live.js';
import { problem } from './problem.js';
import { Session } from './session.js';
import './sign_in.js';
import { base } from './styles/base.js';
import { list } from './styles/list.js';
import { tokens } from './styles/tokens.js';
import { user } from './styles/user.js';
import { localeOf, textFor } from './text/index.js';
import './user/panel.js';
import { VIEWS, type ViewEntry } from './views.js';

/**
 * The Manage Users page. Attributes: `api-origin` (empty: the page's own), `logins` (where the local stack lists who is
 * logged in), `theme` (`light`, `dark`; else the system's), `locale` (else the browser's), `inside-flex`.
 */
export class FlexRoster extends LitElement {
  static override properties = {
    apiOrigin: { attribute: 'api-origin' },
    logins: {},
    locale: {},
    theme: {},
    insideFlex: { type: Boolean, attribute: 'inside-flex' },
  };
  static override styles = [tokens, base, list, user];

  declare apiOrigin: string;
  declare logins: string | null;
  declare locale: string | null;
  declare theme: string | null;
  declare insideFlex: boolean;
  /** Set by the Flex plugin before the element is added: gives the token of the Flex session for each request. */
  flexToken: (() => string | undefined) | undefined;
  private app: App | undefined;
  private asked = false;

  constructor() {
    super();
    this.apiOrigin = '';
    this.logins = null;
    this.locale = null;
    this.theme = null;
    this.insideFlex = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const session = new Session(this.apiOrigin, this.logins);
    const address = new Address(() => this.insideFlex);
    const live = new Live();
    const locale = localeOf(this.locale);
    const api = new Api(this.apiOrigin, session);
    const format = new Format(locale);
    this.app = { api, session, address, live, text: textFor(locale), format, insideFlex: this.insideFlex };
    address.connect();
    for (const part of [session, address, live]) part.addEventListener('change', () => this.requestUpdate());
    session.addEventListener('ask', this.ask);
    if (this.flexToken) {
      session.flexToken = this.flexToken;
      void session.load();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app?.address.disconnect();
  }

  /** The language of the page inside; its direction is that of the names' own scripts (`dir=auto`) or of the host. */
  override willUpdate(changed: PropertyValues<this>): void {
    if (this.app && (changed.has('locale') || !this.lang)) this.lang = this.app.format.locale;
  }

  override render(): TemplateResult | typeof nothing {
    const { app } = this;
    if (!app) return nothing;
    return html`
      <header>
        <h1>${app.text.common.title}</h1>
        ${this.whoIsSignedIn(app)}
      </header>
      ${app.session.me ? this.signedIn(app) : this.signedOut(app)}
      ${app.live.render()}
    `;
  }

  private whoIsSignedIn(app: App): TemplateResult | typeof nothing {
    const { me } = app.session;
    if (!me) return nothing;
    const { session } = app.text;
    return html`
      <div class="me">
        <span>${session.signedInAs(me.name, app.text.roles[me.role])}</span>
        ${app.session.flexToken
          ? nothing
          : html`<button type="button" class="link-button" aria-expanded=${this.asked ? 'true' : 'false'}
              @click=${this.asked ? this.signedInAgain : this.ask}>${session.switch}</button>`}
      </div>`;
  }

  private signedOut(app: App): TemplateResult {
    const { error, state } = app.session;
    const { text } = app;
    if (state === 'loading') return html`<main><p>${text.common.loading}</p></main>`;
    if (state === 'refused' && error) {
      return html`<main><div>
        ${this.refused(app, error)}
        ${this.asked ? this.signIn(app) : nothing}
      </div></main>`;
    }
    return html`<main><div>
      ${error ? problem(app, error, { kept: text.errors.keptInput, retry: () => void app.session.load() }) : nothing}
      ${this.signIn(app)}
    </div></main>`;
  }

  /** Signed in, and nothing here is permitted. */
  private refused(app: App, error: ApiError): TemplateResult {
    const { errors, session } = app.text;
    return html`
      <h2>${session.refused}</h2>
      ${problem(app, error, { kept: errors.keptNothingDone, retry: this.ask, button: session.switch })}`;
  }

  private signedIn(app: App): TemplateResult {
    const { session, text, address } = app;
    const ended = session.state === 'ended';
    const failed = session.state === 'failed' ? session.error : undefined;
    const views = VIEWS.filter((view) => session.may(view.power));
    const view = views.find((known) => known.name === address.place.view) ?? views[0];
    return html`
      ${ended || this.asked
        ? html`<section class="banner" aria-label=${text.errors.signInAgain}>
            ${ended ? html`<p role="alert">${text.session.ended}</p>` : nothing} ${this.signIn(app)}
          </section>`
        : nothing}
      ${failed ? problem(app, failed, { kept: text.errors.keptInput, retry: () => void session.load() }) : nothing}
      ${session.me?.sync_mode === 'observe' ? html`<p class="banner">${text.session.observe}</p>` : nothing}
      ${views.length > 1 ? this.navigation(app, views, view) : nothing}
      <main>
        ${view ? view.render(app) : html`<div>${this.refused(app, new ApiError('forbidden'))}</div>`}
        ${address.place.user
          ? html`<roster-user-panel .app=${app} .userId=${address.place.user}></roster-user-panel>`
          : nothing}
      </main>`;
  }

  private navigation(app: App, views: ViewEntry[], current: ViewEntry | undefined): TemplateResult {
    const go = (event: MouseEvent, name: string): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      app.address.go({ view: name, user: '' }, 'push');
    };
    return html`
      <nav class="views" aria-label=${app.text.common.navigation}>
        <ul>
          ${views.map((view) => html`<li>
            <a href=${app.address.link({ view: view.name, user: '' })}
              aria-current=${view === current ? 'page' : nothing}
              @click=${(event: MouseEvent) => go(event, view.name)}>${view.label(app.text)}</a>
          </li>`)}
        </ul>
      </nav>`;
  }

  private signIn(app: App): TemplateResult {
    return html`<roster-sign-in .app=${app} @signed-in=${this.signedInAgain}></roster-sign-in>`;
  }

  private readonly ask = (): void => {
    this.asked = true;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>('roster-sign-in :is(select, input)')?.focus();
    });
  };

  private readonly signedInAgain = (): void => {
    this.asked = false;
    this.requestUpdate();
  };
}
