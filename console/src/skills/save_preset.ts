import { html, type TemplateResult } from 'lit';
import type { SkillLevel } from '../api/types.js';
import { define } from '../define.js';
import { nameForm } from '../name_form.js';
import { View } from '../view.js';

/** Keeps skills with their levels under a name. Fires `closed`. */
class SavePreset extends View {
  static override properties = { ...View.properties, skills: { attribute: false } };
  declare skills: SkillLevel[];

  override firstUpdated(): void {
    void this.updateComplete.then(() => this.one('#preset-of-user')?.focus());
  }

  override render(): TemplateResult {
    const { app } = this;
    const { api, live, text } = app;
    const skills = this.skills.map(({ skill, level }) => (level === null ? { skill } : { skill, level }));
    return html`
      <div class="confirmation stack" @keydown=${this.escaped}>
        <p>${text.presets.saveMeans}</p>
        ${nameForm(app, {
          id: 'preset-of-user',
          label: text.presets.name,
          button: text.presets.create,
          send: (name, idempotencyKey) =>
            api.send('post', '/skill-presets', { body: { name, skills }, idempotencyKey }),
          done: ({ name }) => {
            live.say(text.skills.saved(name));
            this.close();
          },
        })}
        <div class="buttons"><button type="button" class="button" @click=${this.cancel}>${text.actions.cancel}</button></div>
      </div>`;
  }

  private close(): void {
    this.dispatchEvent(new Event('closed'));
  }

  private readonly cancel = (): void => void this.drafts.leave(() => this.close(), 'preset-of-user');

  private readonly escaped = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    this.cancel();
  };
}

define('roster-save-preset', SavePreset);
