import { css } from 'lit';

/** The design tokens of Twilio Paste that the page uses, by Paste's names: its default theme and its dark theme. */
const light = css`
  color-scheme: light;
  --color-background: rgb(244 244 246);
  --color-background-body: rgb(255 255 255);
  --color-background-primary: rgb(2 99 224);
  --color-background-primary-strong: rgb(0 20 137);
  --color-background-primary-weakest: rgb(235 244 255);
  --color-background-destructive: rgb(214 31 31);
  --color-background-destructive-strong: rgb(173 17 17);
  --color-background-error-weakest: rgb(254 236 236);
  --color-background-success-weakest: rgb(237 253 243);
  --color-background-warning-weakest: rgb(254 245 238);
  --color-border: rgb(136 145 170);
  --color-border-weak: rgb(202 205 216);
  --color-border-weaker: rgb(225 227 234);
  --color-border-error: rgb(214 31 31);
  --color-border-primary: rgb(2 99 224);
  --color-text: rgb(18 28 45);
  --color-text-weak: rgb(96 107 133);
  --color-text-link: rgb(2 99 224);
  --color-text-error: rgb(173 17 17);
  --color-text-success: rgb(14 98 51);
  --color-text-warning: rgb(141 47 5);
  --color-text-inverse: rgb(255 255 255);
  --shadow: 0 4px 16px rgb(18 28 45 / 20%);
`;

const dark = css`
  color-scheme: dark;
  --color-background: rgb(31 48 76);
  --color-background-body: rgb(13 19 31);
  --color-background-primary: rgb(2 99 224);
  --color-background-primary-strong: rgb(0 67 153);
  --color-background-primary-weakest: rgb(0 24 68);
  --color-background-destructive: rgb(195 35 35);
  --color-background-destructive-strong: rgb(145 20 20);
  --color-background-error-weakest: rgb(49 12 12);
  --color-background-success-weakest: rgb(5 38 20);
  --color-background-warning-weakest: rgb(49 21 4);
  --color-border: rgb(136 145 170);
  --color-border-weak: rgb(75 86 113);
  --color-border-weaker: rgb(40 54 80);
  --color-border-error: rgb(241 117 117);
  --color-border-primary: rgb(102 179 255);
  --color-text: rgb(238 240 245);
  --color-text-weak: rgb(174 178 193);
  --color-text-link: rgb(128 192 255);
  --color-text-error: rgb(246 164 164);
  --color-text-success: rgb(119 236 165);
  --color-text-warning: rgb(255 179 122);
  --color-text-inverse: rgb(255 255 255);
  --shadow: 0 4px 16px rgb(0 0 0 / 60%);
`;

export const tokens = css`
  :host {
    ${light}
    --space-20: 0.25rem;
    --space-30: 0.5rem;
    --space-40: 0.75rem;
    --space-50: 1rem;
    --space-60: 1.25rem;
    --radius-20: 4px;
    --radius-pill: 100px;
    --font-family-text: 'Inter var', 'Inter', -apple-system, BlinkMacSystemFont, 'Segoe UI', system-ui, sans-serif;
    --font-size-20: 0.75rem;
    --font-size-30: 0.875rem;
    --font-size-60: 1.25rem;
  }

  @media (prefers-color-scheme: dark) {
    :host(:not([theme='light'])) {
      ${dark}
    }
  }

  :host([theme='dark']) {
    ${dark}
  }
`;
