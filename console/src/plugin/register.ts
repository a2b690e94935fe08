import { Api } from '../api/client.js';
import { ApiError } from '../api/error.js';
import type { FlexRoster } from '../element.js';
import { localeOf, textFor } from '../text/index.js';
import type { Flex, FlexWindow, FlexWorker, Manager, Plugin } from './flex.js';

const VIEW = 'flex-roster';
/** On Flex's own object: the script may be loaded again. */
const REGISTERED = Symbol.for('flex-roster');

class FlexRosterPlugin implements Plugin {
  readonly name = 'FlexRosterPlugin';

  /** Whatever is missing in this version of Flex, its other plugins go on. */
  init(flex: Flex & { [REGISTERED]?: true }, manager: Manager): void {
    try {
      if (flex[REGISTERED]) return;
      flex[REGISTERED] = true;
      const settings = manager.serviceConfiguration?.ui_attributes?.flex_roster;
      const origin = originOf(settings?.api_origin);
      if (origin) register(flex, manager, origin, settings?.skills === 'directory');
      else
        console.warn(
          'flex-roster: ui_attributes.flex_roster.api_origin of Flex’s configuration is not an https origin',
        );
    } catch (error) {
      console.warn('flex-roster: not available in this Flex', error);
    }
  }
}

/** The token goes to this origin: over TLS, or on this machine. */
function originOf(text: string | undefined): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const { protocol, hostname, origin } = new URL(text);
  return protocol === 'https:' || ['127.0.0.1', 'localhost'].includes(hostname) ? origin : undefined;
}

function register(flex: Flex, manager: Manager, origin: string, ownsSkills: boolean): void {
  const { React } = globalThis as unknown as FlexWindow;
  const h = React.createElement;
  const token = (): string | undefined => manager.user.token;
  const api = new Api(origin, { token: async () => token() ?? null });
  const locale = (): string => localeOf(manager.localization?.localeTag ?? null);
  const page = makePage(manager, origin, token);
  const open = (): Promise<void> => flex.Actions.invokeAction('NavigateToView', { viewName: VIEW });

  let wanted = {};
  /** The page is kept while Flex shows another view, so that what is typed is kept; its address comes back too. */
  const mount = (view: HTMLElement | null): void => {
    if (!view) return;
    view.replaceChildren(page);
    // The panel is not higher than Flex's view.
    new ResizeObserver(() => page.style.setProperty('--view-height', `${view.clientHeight}px`)).observe(view);
    page.show(wanted);
    wanted = {};
  };
  const addView = (): void => {
    const content = h('div', { ref: mount, style: { flex: 1, overflow: 'auto', minWidth: 0 } });
    flex.ViewCollection.Content.add(h(flex.View, { name: VIEW, key: VIEW }, content));
    const label = textFor(locale()).common.title;
    const Link = ({ activeView }: { activeView?: string }): object =>
      h(
        flex.SideLink,
        { showLabel: true, icon: 'Agents', iconActive: 'AgentsBold', isActive: activeView === VIEW, onClick: open },
        label,
      );
    flex.SideNav.Content.add(h(Link, { key: VIEW }), { sortOrder: 5 });
  };
  // Who may not use the directory is offered nothing; an unknown user sees the page, which says what is wrong.
  void api.send('get', '/me', {}).then(addView, (error: unknown) => {
    if (!(error instanceof ApiError && error.kind === 'forbidden')) addView();
  });

  if (!ownsSkills) return;
  const show = async (worker: FlexWorker): Promise<void> => {
    wanted = await placeOf(api, worker);
    if (page.isConnected) page.show(wanted);
    else await open();
  };
  const Skills = ({ worker }: { worker?: FlexWorker }): object =>
    h('button', { type: 'button', onClick: () => worker && void show(worker) }, textFor(locale()).common.skillsHere);
  flex.WorkerCanvas.Content.remove('skills-title');
  flex.WorkerCanvas.Content.replace(h(Skills, { key: 'skills' }));
}

function makePage(manager: Manager, origin: string, token: () => string | undefined): FlexRoster {
  const page = document.createElement('flex-roster') as FlexRoster;
  page.setAttribute('api-origin', origin);
  page.setAttribute('inside-flex', '');
  page.flexToken = token;
  const follow = (): void => {
    const theme = manager.store?.getState().flex?.config?.theme ?? manager.configuration?.theme;
    page.setAttribute('theme', theme?.isLight === false ? 'dark' : 'light');
    const locale = manager.localization?.localeTag;
    if (locale) page.setAttribute('locale', locale);
  };
  follow();
  manager.store?.subscribe(follow);
  return page;
}

/** The worker's user; if none is found, the list with what was searched for. */
async function placeOf(
  api: Api,
  worker: FlexWorker,
): Promise<{ view: string; q: string; status: string; user: string }> {
  const q = worker.attributes?.email ?? worker.attributes?.full_name ?? worker.fullName ?? '';
  const query = { q, status: 'all', limit: 100 } as const;
  const found = await api.send('get', '/users', { query }).catch(() => ({ items: [] }));
  const user = found.items.find((known) => known.worker?.sid === worker.sid);
  return { view: 'users', q, status: 'all', user: user?.user_id ?? '' };
}

const flex = (globalThis as unknown as FlexWindow).Twilio?.Flex;
try {
  flex?.Plugins.init(FlexRosterPlugin);
} catch (error) {
  console.warn('flex-roster: not taken by this Flex', error);
}
