import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import type { ListedUser, Role } from '../api/types.js';
import type { App } from '../app.js';
import { problem } from '../problem.js';
import type { Edit } from './changes.js';
import type { OpenedUser } from './opened.js';

export type Draft = Required<Edit>;

const ROLES: Role[] = ['agent', 'supervisor', 'system_admin', 'account_owner'];
export const MAX_TEAMS = 25;
/** With more teams than that there is a field to find one. */
const FEW_TEAMS = 8;

/** Why nothing of the user can be changed by the caller, if so. */
export function lockedReason({ session, text }: App, user: Pick<ListedUser, 'teams'>): string | undefined {
  return session.reaches(user) ? undefined : text.user.edit.outside;
}

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

export function actingField(app: App, draft: Draft, isLocked: boolean, set: (change: Edit) => void): TemplateResult {
  const { edit } = app.text.user;
  if (draft.role === 'agent') return html`<p class="hint">${edit.agentsAlways}</p>`;
  const changed = (event: Event): void => set({ act_as_agent: (event.target as HTMLInputElement).checked });
  return html`
    <div class="field">
      <label class="option"><input type="checkbox" id="edit-acting" ?disabled=${isLocked}
        .checked=${live(draft.act_as_agent)}
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
  const mayLead = app.session.may('change_leads');
  /** Who leads a team is taken out of it by admins. */
  const isLocked = (id: string): boolean =>
    !app.session.reaches(user!) || !app.session.reachesTeam(id) || (!mayLead && user!.leads.includes(id));
  const isAnyLocked = all.some((team) => isLocked(team.team_id));
  const join = (id: string, joins: boolean): void => {
    const others = draft.teams.filter((team) => team !== id);
    handlers.set({ teams: joins ? [...others, id] : others, leads: draft.leads.filter((team) => team !== id) });
  };
  return html`
    <fieldset aria-describedby="edit-teams-hint">
      <legend>${edit.teams}</legend>
      <p class=${isTooMany ? 'field-error' : 'hint'} id="edit-teams-hint">${isTooMany ? tooMany : edit.teamsHint}
        ${isAnyLocked ? edit.teamsLocked : nothing}</p>
      ${choices.error ? problem(app, choices.error, { kept, retry: () => void choices.load() }) : nothing}
      ${
        all.length > FEW_TEAMS
          ? html`<input type="search" autocomplete="off" aria-label=${edit.findTeam} placeholder=${edit.findTeam}
            .value=${live(find)} @input=${(event: Event) => handlers.find((event.target as HTMLInputElement).value)}>`
          : nothing
      }
      <div class="teams-of-user" tabindex=${isAnyLocked ? 0 : nothing}>
        ${shown.map(
          (team) => html`
          <label class="option"><input type="checkbox" .checked=${live(draft.teams.includes(team.team_id))}
            ?disabled=${isLocked(team.team_id)}
            @change=${(event: Event) => join(team.team_id, (event.target as HTMLInputElement).checked)}>
            <span dir="auto">${team.name}</span></label>
          ${leadField(app, team, draft, handlers.set)}`,
        )}
      </div>
    </fieldset>`;
}

/** Beside each team of a user who is no agent: whether they lead it, which admins set. */
function leadField(
  app: App,
  team: { team_id: string; name: string },
  draft: Draft,
  set: (change: Edit) => void,
): TemplateResult | typeof nothing {
  const { edit } = app.text.user;
  const leads = draft.leads.includes(team.team_id);
  if (draft.role === 'agent' || !draft.teams.includes(team.team_id)) return nothing;
  if (!app.session.may('change_leads')) return leads ? html`<span class="chip">${edit.lead}</span>` : nothing;
  const changed = (event: Event): void => {
    const others = draft.leads.filter((id) => id !== team.team_id);
    set({ leads: (event.target as HTMLInputElement).checked ? [...others, team.team_id] : others });
  };
  return html`
    <label class="option lead"><input type="checkbox" aria-label=${edit.leadOf(team.name)} .checked=${live(leads)}
      @change=${changed}> <span>${edit.lead}</span></label>`;
}
