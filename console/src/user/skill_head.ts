import { html, nothing, type TemplateResult } from 'lit';
import type { User } from '../api/types.js';
import type { App } from '../app.js';
import { levelText, type Source, winner } from './consequences.js';

/** A skill with its level, where that comes from, and what it overrides. */
export function skillHead(
  app: App,
  user: User,
  skill: string,
  sources: Source[],
  button: TemplateResult | typeof nothing,
): TemplateResult {
  const { skills } = app.text.user;
  const counts = winner(sources);
  const level = counts?.level ?? null;
  const overridden = sources.filter((source) => source !== counts && source.team && source.level !== null);
  const lost = overridden.map((source) => skills.overrides(source.team!.name, levelText(app, source.level)));
  const isDisabled = user.effective_skills.some((known) => known.skill === skill && known.disabled);
  return html`
    <div class="skill-head">
      <h3 dir="auto">${skill}${level === null ? nothing : html` <span>${levelText(app, level)}</span>`}</h3>
      <span class="chip">${counts?.team ? skills.fromTeam(counts.team.name) : skills.assigned}</span>
      ${isDisabled ? html`<span class="chip warning">${skills.disabled}</span>` : nothing} ${button}
    </div>
    ${lost.length > 0 ? html`<p class="hint">${app.format.list(lost)}</p>` : nothing}
    ${isDisabled ? html`<p class="hint">${skills.disabledHint}</p>` : nothing}`;
}
