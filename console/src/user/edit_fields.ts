import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { Role } from '../api/types.js';
import type { App } from '../app.js';
import { problem } from '../problem.js';
import type { Edit } from './changes.js';
import type { OpenedUser } from './opened.js';

export type Draft = Required<Edit>;

const ROLES: Role[] = ['agent', 'supervisor', 'system_admin', 'account_owner'];
export const MAX_TEAMS = 25;
/** With more teams than that there is a field to find one. */
const FEW_TEAMS = 8;

/** The roles that the caller may give; locked, with the reason, where there is no choice. */
export function roleField(app: App, base: Draft, draft: Draft, set: (role: Role) => void): TemplateResult {
  const { edit } = app.text.user;
  const offered = ROLES.filter((role) => role === base.role || app.session.may(`make_${role}`));
  const isProviders = app.session.me?.role_authority === 'idp';
  const reason = isProviders ? edit.roleOfProvider : offered.length < 2 ? edit.roleOfAdmins : undefined;
  const hint = draft.role === base.role ? nothing : edit.roleFollowsToken;
  return html`
    <div class="field">
      <label for="edit-role">${app.text.list.role}</label>
      <select id="edit-role" ?disabled=${reason !== undefined} aria-describedby="edit-role-hint"
        @change=${(event: Event) => set((event.target as HTMLSelectElement).value as Role)}>
        ${offered.map(
          (role) => html`
          <option value=${role} .selected=${live(role === draft.role)}>${app.text.roles[role]}</option>`,
        )}
      </select>
      <span class="hint" id="edit-role-hint">${reason ?? hint}</span>
    </div>`;
}

export function actingField(app: App, draft: Draft, set: (change: Edit) => void): TemplateResult {
  const { edit } = app.text.user;
  if (draft.role === 'agent') return html`<p class="hint">${edit.agentsAlways}</p>`;
  const changed = (event: Event): void => set({ act_as_agent: (event.target as HTMLInputElement).checked });
  return html`
    <div class="field">
      <label class="option"><input type="checkbox" id="edit-acting" .checked=${live(draft.act_as_agent)}
        aria-describedby="edit-acting-hint" @change=${changed}> <span>${edit.acting}</span></label>
      <span class="hint" id="edit-acting-hint">${draft.act_as_agent ? edit.actingOn : edit.actingOff}</span>
    </div>`;
}

interface TeamHandlers {
  set: (change: Edit) => void;
  find: (text: string) => void;
}

/** The teams that can be joined, and those that the user is in, archived ones included. */
export function teamsField(
  app: App,
  { choices, user }: OpenedUser,
  draft: Draft,
  find: string,
  handlers: TeamHandlers,
): TemplateResult {
  const { edit } = app.text.user;
  const left = user!.teams.filter((own) => !choices.teams.some((team) => team.team_id === own.team_id));
  const all = [...choices.teams, ...left].sort((a, b) => app.format.collator.compare(a.name, b.name));
  const wanted = find.trim().toLocaleLowerCase();
  const shown = all.filter((team) => team.name.toLocaleLowerCase().includes(wanted));
  const isTooMany = draft.teams.length > MAX_TEAMS;
  const tooMany = edit.tooMany(app.format.number(draft.teams.length), app.format.number(MAX_TEAMS));
  const { keptInput: kept } = app.text.errors;
  const join = (id: string, joins: boolean): void => {
    const others = draft.teams.filter((team) => team !== id);
    handlers.set({ teams: joins ? [...others, id] : others });
  };
  return html`
    <fieldset aria-describedby="edit-teams-hint">
      <legend>${edit.teams}</legend>
      <p class=${isTooMany ? 'field-error' : 'hint'} id="edit-teams-hint">${isTooMany ? tooMany : edit.teamsHint}</p>
      ${choices.error ? problem(app, choices.error, { kept, retry: () => void choices.load() }) : nothing}
      ${
        all.length > FEW_TEAMS
          ? html`<input type="search" autocomplete="off" aria-label=${edit.findTeam} placeholder=${edit.findTeam}
            .value=${live(find)} @input=${(event: Event) => handlers.find((event.target as HTMLInputElement).value)}>`
          : nothing
      }
      <div class="teams-of-user">
        ${shown.map(
          (team) => html`
          <label class="option"><input type="checkbox" .checked=${live(draft.teams.includes(team.team_id))}
            @change=${(event: Event) => join(team.team_id, (event.target as HTMLInputElement).checked)}>
            <span dir="auto">${team.name}</span></label>`,
        )}
      </div>
    </fieldset>`;
}
