import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { User } from '../api/types.js';
import type { Guard } from '../address.js';
import { define } from '../define.js';
import { Drafts, leaving } from '../drafts.js';
import { icon } from '../icons.js';
import { USER_CHANGED } from '../list/row_changes.js';
import type { List } from '../list/view.js';
import { problem } from '../problem.js';
import { View } from '../view.js';
import { OpenedUser } from './opened.js';
import { panelStatus } from './panel_status.js';
import { receipt } from './receipt.js';
import './status_change.js';
import type { StatusAction } from './status_change.js';
import { tabPanel } from './tab_panel.js';
import { TABS, type Tab, tabList } from './tabs.js';

/** *Edit user*, beside the list. Never modal: the list stays usable, and inside Flex its own dialogs stay above. */
class UserPanel extends View {
  static override properties = { ...View.properties, userId: { attribute: false } };
  declare userId: string;
  /** The user that is shown: the one before, until the next is loaded. */
  private opened: OpenedUser | undefined;
  private asking: StatusAction | undefined;
  private isAtEnd = false;
  /** Tabs that have been visited stay in the document, so that what is entered there stays. */
  private visited = new Set<Tab>();
  private readonly unsaved = new Drafts();
  private root!: ShadowRoot;
  /** What had the focus before. */
  private opener: HTMLElement | null = null;
  private readonly guard: Guard = {
    drafts: this.unsaved,
    isLeft: (next, now) => next.user !== now.user || next.view !== now.view,
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.app.session, this.app.address, this.unsaved);
    this.app.session.addEventListener('renewed', this.load);
    this.app.address.guards.add(this.guard);
    this.root = this.getRootNode() as ShadowRoot;
    this.opener ??= this.root.activeElement as HTMLElement | null;
    this.root.addEventListener(USER_CHANGED, this.changedInRow);
    if (!this.hasUpdated) return;
    if (this.opened) {
      this.watch(this.opened);
      this.opened.resume();
    } else {
      void this.open();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.opened?.stop();
    this.app.session.removeEventListener('renewed', this.load);
    if (this.isPageAway) return;
    this.app.address.guards.delete(this.guard);
    this.root.removeEventListener(USER_CHANGED, this.changedInRow);
    if (!this.root.activeElement) this.returnFocus();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('userId')) void this.open();
    this.visited.add(this.tab);
  }

  override firstUpdated(): void {
    this.one<HTMLDialogElement>('dialog')?.show();
  }

  override render(): TemplateResult {
    const { text } = this.app;
    const { opened } = this;
    const user = opened?.user;
    const unknown = opened?.error ? text.user.edit.form : text.user.loading;
    return html`
      <dialog class="panel" aria-label=${text.user.panel(user?.name ?? '')} aria-busy=${
        opened?.userId === this.userId ? 'false' : 'true'
      } @keydown=${this.closeOnEscape}>
        <div class="panel-head">
          <h2 dir="auto" tabindex="-1" autofocus>${user?.name ?? unknown}</h2>
          ${this.app.address.place.view === 'users' ? html`${this.walk('previous', -1)} ${this.walk('next', 1)}` : nothing}
          <button type="button" class="icon-button" aria-label=${text.common.close} title=${text.common.close}
            @click=${this.close}>${icon('close')}</button>
        </div>
        ${this.isAtEnd ? html`<p class="hint">${text.user.noFurther}</p>` : nothing}
        ${leaving(this.app, this.unsaved, text.leave.user(user?.name ?? ''))}
        ${
          opened?.error
            ? problem(this.app, opened.error, { kept: text.errors.keptSearch, retry: () => void this.load() })
            : nothing
        }
        ${opened && user ? this.content(opened, user) : nothing}
      </dialog>`;
  }

  private content(opened: OpenedUser, user: User): TemplateResult {
    return html`
      ${panelStatus(this.app, user, this.ask)}
      ${
        this.asking
          ? html`<roster-status-change .app=${this.app} .user=${user} .action=${this.asking}
            @done=${(event: CustomEvent<User>) => this.statusChanged(event.detail)}
            @current=${(event: CustomEvent<User>) => opened.show(event.detail)}
            @cancelled=${this.cancelled}></roster-status-change>`
          : nothing
      }
      ${receipt(this.app, opened)}
      ${tabList(this.app, this.tab)}
      ${keyed(
        opened,
        TABS.filter((tab) => this.visited.has(tab)).map(
          (tab) => html`
        <div role="tabpanel" id="panel-${tab}" aria-labelledby="tab-${tab}" tabindex="0" ?hidden=${tab !== this.tab}
          ?inert=${opened.userId !== this.userId}>
          ${tabPanel(this.app, tab, opened, user)}
        </div>`,
        ),
      )}`;
  }

  private walk(name: 'previous' | 'next', step: -1 | 1): TemplateResult {
    const label = this.app.text.user[name];
    return html`<button type="button" class="icon-button turn" aria-label=${label} title=${label}
      @click=${() => void this.go(step)}>${icon(name)}</button>`;
  }

  private get tab(): Tab {
    return TABS.find((tab) => tab === this.app.address.place.tab) ?? 'profile';
  }

  private get list(): List | null {
    return this.root.querySelector<List>('roster-list');
  }

  /** Tab and scroll position stay where they are from one user to the next. */
  private async open(): Promise<void> {
    const next = new OpenedUser(this.app, this.userId, this.unsaved);
    await next.load();
    if (this.userId !== next.userId || !this.isConnected) return;
    const scrolled = this.one('dialog')?.scrollTop ?? 0;
    this.opened?.stop();
    this.opened = next;
    this.asking = undefined;
    this.isAtEnd = false;
    this.visited = new Set([this.tab]);
    this.watch(next);
    next.addEventListener('undo-ends', this.keepFocus);
    next.addEventListener('saved', () => next.user && this.list?.show(next.user));
    this.requestUpdate();
    await this.updateComplete;
    const panel = this.one('dialog');
    await new Promise(requestAnimationFrame);
    if (panel) panel.scrollTop = scrolled;
    this.comeIntoView();
    if (next.user) this.app.live.say(this.app.text.user.panel(next.user.name));
  }

  /** On narrow screens the panel stands above the list: it is brought there, with the focus. */
  private comeIntoView(): void {
    const main = this.closest('main');
    if (!main || getComputedStyle(main).flexDirection !== 'column') return;
    this.one('h2')?.scrollIntoView({ block: 'nearest' });
    this.one('h2')?.focus({ preventScroll: true });
  }

  /** Who is on *Undo* when it goes finds themselves at the receipt. */
  private readonly keepFocus = (): void => {
    const { activeElement } = this.root;
    if (activeElement?.matches('[data-undo]')) this.one('[data-receipt]')?.focus();
  };

  private readonly load = (): void => void this.opened?.load();

  private async go(step: -1 | 1): Promise<void> {
    const neighbour = await this.list?.neighbour(this.userId, step);
    this.isAtEnd = !neighbour;
    this.requestUpdate();
    if (neighbour) this.app.address.go({ user: neighbour.user_id }, 'push');
    else this.app.live.say(this.app.text.user.noFurther);
  }

  private readonly ask = (action: StatusAction): void => {
    this.asking = action;
    this.requestUpdate();
  };

  private readonly cancelled = (): void => {
    const opener = `[data-action=${this.asking}]`;
    this.asking = undefined;
    this.requestUpdate();
    this.one(opener)?.focus();
  };

  private statusChanged(user: User): void {
    this.asking = undefined;
    this.opened?.carry(user);
    void this.updateComplete.then(() => this.one('h2')?.focus());
  }

  private readonly close = (): void => {
    this.unsaved.leave(() => {
      this.app.address.go({ user: '', tab: '' }, 'push');
      this.returnFocus();
    });
  };

  /** To the row, else to what had it before. */
  private returnFocus(): void {
    const row = this.root.querySelector<HTMLElement>(`tr[data-user="${CSS.escape(this.userId)}"] a[data-name]`);
    const opener = this.opener?.isConnected ? this.opener : this.root.querySelector('main');
    (row ?? opener)?.focus();
  }

  private readonly changedInRow = (event: Event): void => {
    const user = (event as CustomEvent<User>).detail;
    if (user.user_id === this.opened?.userId) this.opened.show(user);
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.close();
  };
}

define('roster-user-panel', UserPanel);
