import { html, nothing, type TemplateResult } from 'lit';
import type { ComparedSkill } from '../api/types.js';
import { define } from '../define.js';
import { nameForm } from '../name_form.js';
import { Resource, shown } from '../resource.js';
import { View } from '../view.js';
import { levels } from './levels.js';

const CHIP: Record<ComparedSkill['state'], string> = {
  same: 'good',
  differs: 'warning',
  missing: 'waiting',
  only_in_catalog: '',
  unusable: 'bad',
};

/** What Flex's configuration defines beside the catalog, and its import. Fires `imported`. */
class FlexSkills extends View {
  private comparison: Resource<ComparedSkill[]> | undefined;
  private report = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.watch(this.app.session);
    this.app.session.addEventListener('renewed', this.compareAgain);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.app.session.removeEventListener('renewed', this.compareAgain);
  }

  private readonly compareAgain = (): void => {
    if (this.comparison?.error) void this.comparison.load();
  };

  override render(): TemplateResult {
    const { app, comparison } = this;
    const { flexSkills } = app.text;
    return html`
      <h2>${flexSkills.title}</h2>
      <p>${flexSkills.means}</p>
      <div class="buttons"><button type="button" class="button" @click=${this.compare}>${flexSkills.compare}</button></div>
      ${
        comparison
          ? shown(
              app,
              comparison,
              (items) => html`
          ${items.length > 0 ? this.table(items) : html`<p>${app.text.common.none}</p>`}
          ${
            app.session.may('manage_skills') && items.some(({ state }) => state === 'missing' || state === 'differs')
              ? this.form()
              : nothing
          }`,
            )
          : nothing
      }
      ${this.report ? html`<p class="outcome">${this.report}</p>` : nothing}`;
  }

  private table(items: ComparedSkill[]): TemplateResult {
    const { flexSkills, list } = this.app.text;
    return html`
      <div class="table-frame">
        <table>
          <caption class="unseen">${flexSkills.title}</caption>
          <thead><tr>
            <th scope="col">${list.skill}</th>
            <th scope="col">${list.status}</th>
            <th scope="col">Flex</th>
            <th scope="col">${flexSkills.catalog}</th>
          </tr></thead>
          <tbody>${items.map((item) => this.row(item))}</tbody>
        </table>
      </div>`;
  }

  private row({ skill, state, detail, flex, catalog }: ComparedSkill): TemplateResult {
    const { text, format } = this.app;
    const number = (value: number): string => format.number(value);
    const bound = (value: number | null): string => (value === null ? '…' : number(value));
    const inFlex = flex && (flex.multivalue ? `${bound(flex.minimum)}–${bound(flex.maximum)}` : text.skills.noLevels);
    return html`
      <tr>
        <th scope="row" dir="auto">${skill}</th>
        <td><span class="chip ${CHIP[state]}">${text.flexSkills.states[state]}</span> ${detail ?? nothing}</td>
        <td>${inFlex ?? nothing}</td>
        <td dir="auto">${catalog ? `${levels(catalog, number, text.skills.noLevels)} (${catalog.skill_set})` : nothing}</td>
      </tr>`;
  }

  private form(): TemplateResult {
    const { app } = this;
    const { api, live, text, format } = app;
    return nameForm(app, {
      id: 'flex-set',
      label: text.flexSkills.into,
      button: text.flexSkills.import,
      initial: 'Flex',
      send: (name, idempotencyKey) => {
        return api.send('post', '/flex/skills/import', { body: { skill_set: name }, idempotencyKey });
      },
      done: ({ items, left }) => {
        this.report = text.flexSkills.imported(format.number(items.length), left > 0 ? format.number(left) : '');
        live.say(this.report);
        void this.comparison?.load();
        this.dispatchEvent(new Event('imported'));
      },
    });
  }

  private readonly compare = (): void => {
    const { api } = this.app;
    this.report = '';
    if (!this.comparison) {
      this.comparison = new Resource(
        this.app,
        async (signal) => (await api.send('get', '/flex/skills', { signal })).items,
      );
      this.watch(this.comparison);
    }
    void this.comparison.load();
    this.requestUpdate();
  };
}

define('roster-flex-skills', FlexSkills);
