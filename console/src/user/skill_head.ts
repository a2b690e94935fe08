import { html, nothing, type TemplateResult } from 'lit';
import type { TemporarySkill, User } from '../api/types.js';
import type { App } from '../app.js';
import { assignedLevel, temporaryOf } from './changes.js';
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
  const temporary = temporaryOf(user, skill);
  const isDisabled = user.effective_skills.some((known) => known.skill === skill && known.disabled);
  return html`
    <div class="skill-head">
      <h3 dir="auto">${skill}${level === null ? nothing : html` <span>${levelText(app, level)}</span>`}</h3>
      ${counts ? html`<span class="chip">${counts.team ? skills.fromTeam(counts.team.name) : skills.assigned}</span>` : nothing}
      ${isDisabled ? html`<span class="chip warning">${skills.disabled}</span>` : nothing}
      ${temporary?.active ? html`<span class="chip">${skills.until(app.format.time(temporary.until))}</span>` : nothing}
      ${button}
    </div>
    ${temporary ? html`<p class="hint">${period(app, user, temporary)}</p>` : nothing}
    ${lost.length > 0 ? html`<p class="hint">${app.format.list(lost)}</p>` : nothing}
    ${isDisabled ? html`<p class="hint">${skills.disabledHint}</p>` : nothing}`;
}

/** When a temporary skill is in effect, and what follows it. */
function period(app: App, user: User, { skill, level, from, until, active }: TemporarySkill): string {
  const { skills } = app.text.user;
  const [begin, end] = [app.format.time(from), app.format.time(until)];
  if (!active) return skills.scheduled(levelText(app, level), begin, end);
  const before = assignedLevel(user, skill);
  return before === undefined ? skills.since(begin) : skills.sinceThen(begin, levelText(app, before));
}
