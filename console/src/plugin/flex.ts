/**
 * The parts of Flex UI 2 that the plugin uses, as the declarations of `@twilio/flex-ui` 2.17.1 name them; React 17 is a
 * global beside it.
 */
export interface Flex {
  ViewCollection: Extensible;
  SideNav: Extensible;
  WorkerCanvas: Extensible;
  View: unknown;
  SideLink: unknown;
  Actions: { invokeAction: (name: string, payload: object) => Promise<void> };
  Plugins: { init: (plugin: new () => Plugin) => void };
}

interface Extensible {
  Content: {
    add: (element: object, options?: object) => void;
    remove: (key: string) => void;
    replace: (element: object) => void;
  };
}

export interface Plugin {
  name: string;
  init: (flex: Flex, manager: Manager) => void;
}

export interface Manager {
  user: { token?: string };
  /** Where a Flex project keeps the settings of its plugins. */
  serviceConfiguration?: { ui_attributes?: { flex_roster?: { api_origin?: string; skills?: string } } };
  configuration?: { theme?: { isLight?: boolean } };
  localization?: { localeTag?: string };
  store?: {
    getState: () => { flex?: { config?: { theme?: { isLight?: boolean } } } };
    subscribe: (changed: () => void) => void;
  };
}

/** A worker, as Flex hands it to the parts of its `WorkerCanvas`. */
export interface FlexWorker {
  sid: string;
  fullName?: string;
  attributes?: { email?: string; full_name?: string };
}

interface React {
  createElement: (type: unknown, props?: object | null, ...children: unknown[]) => object;
}

export interface FlexWindow {
  React: React;
  Twilio?: { Flex?: Flex };
}
