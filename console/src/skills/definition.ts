import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Skill } from '../api/types.js';
import { Change, failure, sendButton, submitted } from '../change.js';
import { define } from '../define.js';
import { View } from '../view.js';

interface Typed {
  name: string;
  levels: boolean;
  min: string;
  max: string;
}

/** Creates a skill, or changes the levels of one. Fires `saved`, `stale` and `cancelled`. */
class Definition extends View {
  static override properties = { ...View.properties, set: { attribute: false }, skill: { attribute: false } };
  declare set: string;
  declare skill: Skill | undefined;
  private change!: Change;
  private typed: Typed | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.change = new Change(this.app.session);
    this.watch(this.change, this.app.session);
  }

  override render(): TemplateResult {
    const { app, skill } = this;
    const { text } = app;
    const { name, levels, min, max } = this.value;
    const range = html`
      ${this.field('min', text.skills.lowest, min, 'numeric')}
      ${this.field('max', text.skills.highest, max, 'numeric')}`;
    const title = skill ? text.skills.editLevels(skill.skill) : text.skills.addTo(this.set);
    const toggle = (event: Event): void => this.edit({ levels: (event.target as HTMLInputElement).checked });
    return html`
      <form class="confirmation" aria-label=${title} @submit=${submitted(() => void this.send())} @keydown=${this.closeOnEscape}>
        <h3 class="title" dir="auto">${title}</h3>
        <div class="fields" ?inert=${this.change.isWorking}>
        ${skill ? html`<p>${text.skills.levelsKept}</p>` : this.field('name', text.list.name, name)}
        <fieldset><label><input type="checkbox" .checked=${live(levels)} @change=${toggle}>${text.skills.hasLevels}</label></fieldset>
        ${levels ? html`<div class="toolbar">${range}</div>` : nothing}
        </div>
        ${failure(app, this.change, this.send, this.stale)}
        <div class="buttons">
          ${sendButton(app, this.change, skill ? text.pages.save : text.skills.create)}
          <button type="button" class="button" @click=${this.cancel}>${text.actions.cancel}</button>
        </div>
      </form>`;
  }

  private field(key: 'name' | 'min' | 'max', label: string, value: string, mode?: 'numeric'): TemplateResult {
    const typed = (event: Event): void => this.edit({ [key]: (event.target as HTMLInputElement).value });
    return html`
      <div class="field ${mode ? 'level' : ''}">
        <label for="skill-${key}">${label}</label>
        <input id="skill-${key}" required autocomplete="off" spellcheck="false" inputmode=${mode ?? nothing}
          maxlength=${mode ? 7 : 64} pattern=${mode ? '[0-9]*' : nothing} .value=${live(value)} @input=${typed}>
      </div>`;
  }

  /** What is typed, else what the skill has. */
  private get value(): Typed {
    const { skill } = this;
    return (
      this.typed ?? {
        name: '',
        levels: skill?.levels ?? true,
        min: String(skill?.min ?? 1),
        max: String(skill?.max ?? 100),
      }
    );
  }

  protected override get isUnsaved(): boolean {
    return this.typed !== undefined;
  }

  private edit(changes: Partial<Typed>): void {
    this.typed = { ...this.value, ...changes };
    this.change.forget();
  }

  private readonly send = (): void => {
    const { api, live, text } = this.app;
    const { skill } = this;
    const { name, levels, min, max } = this.value;
    const path = { name: this.set, skill: skill?.skill ?? name.trim() };
    const body = levels ? { levels, min: Number(min), max: Number(max) } : { levels };
    const version = skill ? { ifMatch: skill.version } : { onlyCreate: true };
    void this.change.send(
      () => api.send('put', '/skill-sets/{name}/skills/{skill}', { path, body, ...version }),
      () => {
        live.say(text.skills.saved(path.skill));
        this.typed = undefined;
        this.drafts.set(this.draftName);
        this.dispatchEvent(new Event('saved'));
      },
      async () => {
        const there = await api.send('get', '/skill-sets/{name}/skills/{skill}', { path });
        const isWanted = levels ? there.levels && there.min === body.min && there.max === body.max : !there.levels;
        return isWanted ? there : undefined;
      },
    );
  };

  private readonly stale = (): void => {
    this.change.seeCurrent();
    this.dispatchEvent(new Event('stale'));
  };

  private readonly cancel = (): void => {
    this.drafts.leave(() => this.dispatchEvent(new Event('cancelled')), this.draftName);
  };

  private readonly closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };
}

define('roster-definition', Definition);
