import { Api, isAborted, type TokenSource } from './api/client.js';
import { ApiError } from './api/error.js';
import type { ListedUser, Me, Permission } from './api/types.js';

/** A user who is logged in to the simulator of the local stack. */
export interface Login {
  identity: string;
  full_name: string;
  roles: string[];
  token: string;
}

interface Credentials {
  token: string | null;
  /** With it the token can be renewed. */
  identity?: string;
}

/**
 * - `unknown`: no user has signed in yet.
 * - `loading`: `GET /me` is on its way.
 * - `ready`: a user is signed in.
 * - `ended`: the token is no longer accepted; what is on the page is kept until a user signs in again.
 * - `refused`: signed in, and not permitted to use the directory at all.
 * - `failed`: not known, because `GET /me` failed.
 */
export type SessionState = 'unknown' | 'loading' | 'ready' | 'ended' | 'refused' | 'failed';

/** Who is signed in. Tokens are kept in memory only. Fires `change`, and `renewed` when a user has signed in. */
export class Session extends EventTarget implements TokenSource {
  state: SessionState = 'unknown';
  me: Me | undefined;
  error: ApiError | undefined;
  /** Set inside Flex, which renews its own token. */
  flexToken: (() => string | undefined) | undefined;
  private credentials: Credentials = { token: null };
  /** What was given last. It takes the place of the others once the API has accepted it. */
  private candidate = this.credentials;

  constructor(
    private readonly origin: string,
    /** Where the local stack lists who is logged in; none elsewhere. */
    readonly loginsUrl: string | null,
  ) {
    super();
  }

  async token(fresh: boolean): Promise<string | null> {
    return this.tokenOf(this.credentials, fresh);
  }

  private async tokenOf(credentials: Credentials, fresh: boolean): Promise<string | null> {
    if (this.flexToken) return this.flexToken() ?? null;
    if (fresh && credentials.identity) {
      const logins = await this.logins().catch(() => []);
      credentials.token = logins.find(({ identity }) => identity === credentials.identity)?.token ?? credentials.token;
    }
    return credentials.token;
  }

  async logins(): Promise<Login[]> {
    if (!this.loginsUrl) return [];
    const response = await fetch(this.loginsUrl, { cache: 'no-store' });
    if (!response.ok) throw new ApiError('broken');
    return ((await response.json()) as { items: Login[] }).items;
  }

  /** Signs in with a token; with its identity it can be renewed. */
  async signIn(token: string | null, identity?: string): Promise<void> {
    this.candidate = { token, ...(identity === undefined ? {} : { identity }) };
    await this.load();
  }

  /** Asks the API who is there. Who is signed in already stays until another one is accepted, with all that they entered. */
  async load(): Promise<void> {
    const { candidate } = this;
    if (!this.me) this.set('loading');
    try {
      const tokens = { token: (fresh: boolean) => this.tokenOf(candidate, fresh) };
      this.me = await new Api(this.origin, tokens).send('get', '/me', {});
      this.credentials = candidate;
      this.error = undefined;
      this.set('ready');
      this.dispatchEvent(new Event('renewed'));
    } catch (error) {
      this.error = error instanceof ApiError ? error : new ApiError('broken');
      const states: Partial<Record<string, SessionState>> = { session: 'ended', forbidden: 'refused' };
      this.set(this.me ? this.state : (states[this.error.kind] ?? 'failed'));
    }
  }

  /** Stays who is signed in. */
  keep(): void {
    this.candidate = this.credentials;
    this.error = undefined;
    this.set(this.state);
  }

  /** What a view does with an error that it shows: that the session has ended is said by the page. */
  observe(error: unknown): ApiError | undefined {
    if (isAborted(error)) return undefined;
    const known = error instanceof ApiError ? error : new ApiError('broken');
    if (known.kind === 'session') this.set('ended');
    return known;
  }

  /** Shows the form to sign in, which takes the focus; inside Flex its token is tried once more. */
  askToSignIn(): void {
    if (this.flexToken) void this.load();
    else this.dispatchEvent(new Event('ask'));
  }

  /** Whether the caller's role permits this on at least one target; the API decides about each. */
  may(permission: Permission): boolean {
    return this.me?.may.includes(permission) ?? false;
  }

  /** Whether the caller may change this team and who is in it: where supervisors change their own teams, one that they lead. */
  reachesTeam(teamId: string): boolean {
    return !this.isLimited || this.me!.leads.includes(teamId);
  }

  /** Whether the caller may change this user: where supervisors change their own teams, a member of one that they lead. */
  reaches(user: Pick<ListedUser, 'teams'>): boolean {
    return !this.isLimited || user.teams.some((team) => this.reachesTeam(team.team_id));
  }

  private get isLimited(): boolean {
    return this.me?.role === 'supervisor' && this.me.supervisor_scope === 'teams';
  }

  private set(state: SessionState): void {
    this.state = state;
    this.dispatchEvent(new Event('change'));
  }
}
