// A stand-in of the Flex UI: its globals, React 17, a side bar, views, a worker canvas, and the overlay of a task that
// comes in. The page has another origin than the API, so that CORS is in force.
import { createRequire } from 'node:module';
import { API } from './browser.mjs';

const { resolve } = createRequire(import.meta.url);
const REACT = ['react/umd/react.development.js', 'react-dom/umd/react-dom.development.js'].map((file) => resolve(file));
export const PLUGIN = `${API}/console/plugin.js`;

/** What Flex is, in the page. `roster` are the plugin's settings in Flex's configuration. */
function standIn({ token, roster, broken }) {
  const { React, ReactDOM } = globalThis;
  const h = React.createElement;
  const state = { view: 'agent-desktop', accepted: 0, plugins: [], calls: [], light: true };
  const listeners = new Set();
  const changed = () => {
    render();
    for (const listener of listeners) listener();
  };
  const content = (...children) => {
    const parts = children.map(([key, element]) => ({ key, element }));
    return {
      parts,
      add: (element) => parts.push({ key: element.key, element }) && render(),
      remove: (key) =>
        parts.splice(
          parts.findIndex((part) => part.key === key),
          1,
        ) && render(),
      replace: (element) => {
        parts.find((part) => part.key === element.key).element = element;
        render();
      },
    };
  };
  const shown = ({ parts }, props) => parts.map(({ key, element }) => React.cloneElement(element, { key, ...props }));
  const View = ({ children }) => h('div', { style: { display: 'flex', height: 560 } }, children);
  const SideLink = ({ isActive, onClick, children }) =>
    h('button', { 'aria-current': isActive ? 'page' : undefined, onClick }, children);
  const flex = {
    View,
    SideLink,
    ViewCollection: {
      Content: content(['agent-desktop', h(View, { name: 'agent-desktop', key: 'agent-desktop' }, 'Tasks')]),
    },
    SideNav: { Content: content() },
    WorkerCanvas: {
      Content: content(
        ['details', h('p', { key: 'details' }, 'Details')],
        ['skills-title', h('h2', { key: 'skills-title' }, 'Skills')],
        ['skills', h('div', { key: 'skills' }, 'The panel of Flex')],
      ),
    },
    Actions: {
      invokeAction: async (name, { viewName }) => {
        state.calls.push([name, viewName]);
        state.view = viewName;
        history.pushState({ key: 'of-flex' }, '', `/${viewName}`);
        changed();
      },
    },
    Plugins: { init: (Plugin) => state.plugins.push(Plugin) },
  };
  if (broken) delete flex.WorkerCanvas;
  const manager = {
    user: { token },
    serviceConfiguration: { ui_attributes: { flex_roster: roster } },
    localization: { localeTag: 'en-US' },
    store: {
      getState: () => ({ flex: { config: { theme: { isLight: state.light } } } }),
      subscribe: (listener) => listeners.add(listener),
    },
  };
  function render() {
    const views = flex.ViewCollection.Content.parts.map(({ element }) => element);
    const open = views.find(({ props }) => props.name === state.view);
    const accept = () => {
      state.accepted += 1;
    };
    ReactDOM.render(
      h(
        React.Fragment,
        null,
        h(
          'nav',
          { 'aria-label': 'Flex' },
          h(
            'button',
            { onClick: () => flex.Actions.invokeAction('NavigateToView', { viewName: 'agent-desktop' }) },
            'Agent Desktop',
          ),
          shown(flex.SideNav.Content, { activeView: state.view }),
        ),
        open,
        h(
          'aside',
          { 'aria-label': 'Worker' },
          flex.WorkerCanvas && shown(flex.WorkerCanvas.Content, { worker: state.worker }),
        ),
        h(
          'div',
          { style: { position: 'fixed', bottom: 0, insetInlineEnd: 0, zIndex: 10 } },
          h('button', { onClick: accept }, 'Accept'),
        ),
      ),
      document.getElementById('root'),
    );
  }
  Object.assign(globalThis, { Twilio: { Flex: flex }, flexState: state, flexManager: manager, flexChanged: changed });
  render();
}

/** Opens the stand-in as a user who is logged in to Flex, without the plugin. */
export async function openFlex(page, options) {
  await page.goto(`${API.replace('127.0.0.1', 'localhost')}/healthz`);
  await page.setContent(
    '<!doctype html><html lang="en"><head><title>Flex</title></head><body><div id="root"></div></body></html>',
  );
  for (const path of REACT) await page.addScriptTag({ path });
  await page.evaluate(standIn, options);
}

/** The two ways in which Flex loads a plugin. */
export const LOADERS = {
  'as a classic script': (page) => page.addScriptTag({ url: PLUGIN }),
  'fetched with Flex’s headers and run inline': (page) =>
    page.evaluate(async (url) => {
      const response = await fetch(url, {
        headers: { 'X-Flex-JWE': flexManager.user.token, 'X-Flex-Version': '2.16.0' },
      });
      const script = document.createElement('script');
      script.textContent = await response.text();
      document.body.append(script);
    }, PLUGIN),
};

/** Flex starts its plugins. */
export async function start(page) {
  return page.evaluate(() => flexState.plugins.map((Plugin) => new Plugin().init(Twilio.Flex, flexManager)).length);
}

/** Opens the stand-in, loads the plugin and starts it. */
export async function openPlugin(page, options, load = LOADERS['as a classic script']) {
  await openFlex(page, { roster: { api_origin: API, skills: 'directory' }, ...options });
  await load(page);
  await start(page);
}
