import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { Address, type Guard, type Place } from './address.js';
import { Api } from './api/client.js';
import { ApiError } from './api/error.js';
import type { App } from './app.js';
import { Drafts, leaving } from './drafts.js';
import { Format } from './format.js';
import { Live } from './live.js';
import { problem } from './problem.js';
import { Session } from './session.js';
import './sign_in.js';
import { base } from './styles/base.js';
import { list } from './styles/list.js';
import { pages } from './styles/pages.js';
import { tokens } from './styles/tokens.js';
import { user } from './styles/user.js';
import { later } from './later.js';
import { localeOf, textFor } from './text/index.js';
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
  static override styles = [tokens, base, list, pages, user];

  declare apiOrigin: string;
  declare logins: string | null;
  declare locale: string | null;
  declare theme: string | null;
  declare insideFlex: boolean;
  /** Set by the Flex plugin before the element is added: gives the token of the Flex session for each request. */
  flexToken: (() => string | undefined) | undefined;
  private app: App | undefined;
  private asked = false;
  /** What had the focus before the form to sign in. */
  private asker: HTMLElement | null = null;

  constructor() {
    super();
    this.apiOrigin = '';
    this.logins = null;
    this.locale = null;
    this.theme = null;
    this.insideFlex = false;
  }

  private get focused(): HTMLElement | null {
    return (this.renderRoot as ShadowRoot).activeElement as HTMLElement | null;
  }

  /** Goes to a place, from the Flex plugin. */
  show(place: Partial<Place>): void {
    this.app?.address.go(place);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.app ??= this.start();
    this.app.address.connect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app?.address.disconnect();
  }

  /** Flex can change its language while the page is there. */
  override willUpdate(changed: PropertyValues<this>): void {
    if (!this.app || !changed.has('locale')) return;
    const locale = localeOf(this.locale);
    this.lang = locale;
    this.app = { ...this.app, text: textFor(locale), format: new Format(locale) };
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

  private start(): App {
    const session = new Session(this.apiOrigin, this.logins);
    const address = new Address(() => this.insideFlex);
    const live = new Live();
    const drafts = new Drafts();
    const guard: Guard = { drafts, isLeft: (next, now) => next.view !== now.view || next.item !== now.item };
    address.guards.add(guard);
    for (const part of [session, address, live, drafts]) part.addEventListener('change', () => this.requestUpdate());
    session.addEventListener('ask', this.ask);
    if (this.flexToken) {
      session.flexToken = this.flexToken;
      void session.load();
    }
    const locale = localeOf(this.locale);
    const words = { text: textFor(locale), format: new Format(locale) };
    return { api: new Api(this.apiOrigin, session), session, address, live, drafts, ...words };
  }

  private whoIsSignedIn(app: App): TemplateResult | typeof nothing {
    const { me } = app.session;
    if (!me) return nothing;
    const { session } = app.text;
    return html`
      <div class="me">
        <span>${session.signedInAs(me.name, app.text.roles[me.role])}</span>
        ${
          app.session.flexToken
            ? nothing
            : html`<button type="button" class="link-button" aria-expanded=${this.asked ? 'true' : 'false'}
              @click=${this.asked ? this.keep : this.ask}>${session.switch}</button>`
        }
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
      ${
        error && state !== 'ended'
          ? problem(app, error, { kept: text.errors.keptInput, retry: () => void app.session.load() })
          : nothing
      }
      ${error && state === 'ended' ? html`<p role="alert">${text.errors.kinds.session}</p>` : nothing}
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
    const views = VIEWS.filter((view) => session.may(view.permission));
    const view = views.find((known) => known.name === address.place.view) ?? views[0];
    return html`
      ${
        ended || this.asked
          ? html`<section class="banner" aria-label=${text.errors.signInAgain}>
            ${ended ? html`<p role="alert">${text.session.ended}</p>` : nothing}
            ${session.error ? this.notAccepted(app, session.error) : nothing} ${this.signIn(app)}
          </section>`
          : nothing
      }
      ${session.me?.sync_mode === 'observe' ? html`<p class="banner">${text.session.observe}</p>` : nothing}
      ${views.length > 1 ? this.navigation(app, views, view) : nothing}
      ${
        app.drafts.isAsking
          ? html`<section class="leaving" aria-label=${text.common.title}>
              ${leaving(app, app.drafts, text.leave.page)}</section>`
          : nothing
      }
      <main tabindex="-1">
        ${view ? view.render(app) : html`<div>${this.refused(app, new ApiError('forbidden'))}</div>`}
        ${
          address.place.user
            ? later(
                app,
                'user',
                () => html`<roster-user-panel .app=${app} .userId=${address.place.user}></roster-user-panel>`,
              )
            : nothing
        }
      </main>`;
  }

  /** Another one was given, who is not accepted: who is signed in stays. */
  private notAccepted(app: App, error: ApiError): TemplateResult {
    const { errors, session } = app.text;
    if (error.kind === 'session') return html`<p role="alert">${session.notAccepted}</p>`;
    const retry = error.kind === 'forbidden' ? {} : { retry: () => void app.session.load() };
    return problem(app, error, { kept: errors.keptInput, ...retry });
  }

  private navigation(app: App, views: ViewEntry[], current: ViewEntry | undefined): TemplateResult {
    const go = (event: MouseEvent, name: string): void => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      app.address.go({ view: name, user: '', item: '' }, 'push');
    };
    return html`
      <nav class="views" aria-label=${app.text.common.navigation}>
        <ul>
          ${views.map((view) =>
            view.label
              ? html`<li>
            <a href=${app.address.link({ view: view.name, user: '', item: '' })}
              aria-current=${view === current ? 'page' : nothing}
              @click=${(event: MouseEvent) => go(event, view.name)}>${view.label(app.text)}</a>
          </li>`
              : nothing,
          )}
        </ul>
      </nav>`;
  }

  /** Inside Flex its token is tried again; logging in is Flex's. */
  private signIn(app: App): TemplateResult {
    const { session, text } = app;
    if (session.flexToken) {
      return html`
        <p>${text.session.inFlex}</p>
        <button type="button" class="button" @click=${() => void session.load()}>${text.errors.signInAgain}</button>`;
    }
    return html`<roster-sign-in .app=${app} @signed-in=${this.signedInAgain}></roster-sign-in>`;
  }

  private readonly ask = (): void => {
    this.asked = true;
    this.asker = this.focused;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      this.renderRoot.querySelector<HTMLElement>('roster-sign-in :is(select, input)')?.focus();
    });
  };

  private readonly signedInAgain = (): void => {
    this.asked = false;
    this.requestUpdate();
    void this.updateComplete.then(() => {
      const main = this.renderRoot.querySelector<HTMLElement>('main');
      if (!this.focused) (this.asker?.isConnected ? this.asker : main)?.focus();
    });
  };

  private readonly keep = (): void => {
    this.asked = false;
    this.app?.session.keep();
    this.requestUpdate();
  };
}
