import { html, nothing, type TemplateResult } from 'lit';
import type { SkillPreset } from '../api/types.js';
import { isGone } from '../change.js';
import { define } from '../define.js';
import { PageView } from '../page.js';
import type { Question } from '../question.js';
import '../question.js';
import { moreOf, Paged, type Resource, shown } from '../resource.js';
import './preset_form.js';
import { presetSkills } from './preset_skills.js';

const NEW = 'new';

/** The skill presets: skills with levels under a name, which bulk changes copy. */
class Presets extends PageView {
  private presets!: Paged<SkillPreset>;
  private question: Question | undefined;
  /** The preset that is being changed, or `new`. */
  private editing = '';

  protected override begin(): Resource<unknown>[] {
    const { api } = this.app;
    this.presets = new Paged(this.app, (cursor, signal) =>
      api.send('get', '/skill-presets', { query: { limit: 100, ...cursor }, signal }),
    );
    return [this.presets];
  }

  override render(): TemplateResult {
    const { app } = this;
    const { presets } = app.text;
    return html`
      <section class="stack" aria-label=${presets.title}>
        <h2>${presets.title}</h2>
        <p>${presets.means}</p>
        ${shown(
          app,
          this.presets,
          ({ items }) => html`
          ${
            items.length > 0
              ? html`<ul class="rows">${items.map((preset) => this.row(preset))}</ul>`
              : html`<p>${app.text.common.none}</p>`
          }
          ${moreOf(app, this.presets)}`,
        )}
        ${app.session.may('manage_presets') ? this.creation() : nothing}
      </section>`;
  }

  private creation(): TemplateResult {
    const { presets } = this.app.text;
    return this.editing === NEW
      ? this.form(undefined)
      : html`<div class="buttons"><button type="button" class="button" data-preset-edit=${NEW}
          @click=${() => this.edit(NEW)}>${presets.add}</button></div>`;
  }

  private form(preset: SkillPreset | undefined): TemplateResult {
    return html`<roster-preset-form .app=${this.app} .preset=${preset} @saved=${this.saved} @cancelled=${this.closed}
      @stale=${this.presets.load}></roster-preset-form>`;
  }

  private row(preset: SkillPreset): TemplateResult {
    const { session, text } = this.app;
    const { actions } = text;
    const { preset_id: id, name } = preset;
    return html`
      <li data-preset=${name}>
        <strong dir="auto">${name}</strong> <span dir="auto">${presetSkills(this.app, preset)}</span>
        ${
          session.may('manage_presets')
            ? html`
            <button type="button" class="link-button" data-preset-edit=${id} aria-label=${actions.of(actions.edit, name)}
              @click=${() => this.edit(id)}>${actions.edit}</button>
            <button type="button" class="link-button" data-preset-about=${id} aria-label=${actions.of(actions.delete, name)}
              @click=${() => this.ask(preset)}>${actions.delete}</button>`
            : nothing
        }
        ${this.editing === id ? this.form(preset) : nothing}
        ${
          this.question?.about === id
            ? html`<roster-question .app=${this.app} .question=${this.question} @done=${this.deleted}
              @cancelled=${this.cancelled}></roster-question>`
            : nothing
        }
      </li>`;
  }

  private ask(preset: SkillPreset): void {
    const { api, text } = this.app;
    const { actions, presets } = text;
    const { preset_id: about, name } = preset;
    const question: Question = {
      about,
      title: actions.asksDelete(name),
      does: [presets.deleteDoes],
      confirm: actions.of(actions.delete, name),
      isDestructive: true,
      said: actions.deleted(name),
      current: this.presets.load,
      send: () => {
        const current = this.presets.value?.items.find((known) => known.preset_id === about) ?? preset;
        return api.send('delete', '/skill-presets/{preset_id}', {
          path: { preset_id: about },
          ifMatch: current.version,
        });
      },
      already: isGone,
    };
    this.leaveForm(() => {
      Object.assign(this, { question, editing: '' });
      this.requestUpdate();
    });
  }

  private edit(editing: string): void {
    this.leaveForm(() => {
      Object.assign(this, { question: undefined, editing });
      this.requestUpdate();
    });
  }

  private leaveForm(act: () => void): void {
    this.drafts.leave(act, 'roster-preset-form');
  }

  /** With another name it may stand elsewhere in the list: a focus that has not been moved since follows it. */
  private readonly saved = async (): Promise<void> => {
    const { editing } = this;
    this.closed();
    await this.presets.load();
    const { activeElement } = this.getRootNode() as ShadowRoot;
    if (activeElement?.matches('[data-preset-edit]')) this.focusOn(`[data-preset-edit="${CSS.escape(editing)}"]`);
  };

  private readonly closed = (): void => {
    const { editing } = this;
    this.editing = '';
    this.focusOn(`[data-preset-edit="${CSS.escape(editing)}"]`);
  };

  private readonly deleted = (): void => {
    this.question = undefined;
    void this.presets.load();
    this.focusOn(`[data-preset-edit=${NEW}]`);
  };

  private readonly cancelled = (): void => {
    const about = this.question?.about ?? '';
    this.question = undefined;
    this.focusOn(`[data-preset-about="${CSS.escape(about)}"]`);
  };
}

define('roster-presets', Presets);
