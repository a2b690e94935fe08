import { ApiError, errorOf } from './error.js';
import type { Answer, Body, Method, Operation, Path, PathValues, Query } from './types.js';

/** The gateway gives up after 30 s; an answer that has not come by then does not come. */
const TIMEOUT_MS = 31_000;

/** Gives the token for each request; `fresh` asks for another one than the last. `null`: no user is signed in. */
export interface TokenSource {
  token(fresh: boolean): Promise<string | null>;
}

type Values<Name extends string, Value> = [Value] extends [never] ? unknown : { [N in Name]: Value };
export type RequestOptions<Op> = Values<'path', PathValues<Op>> & {
  query?: Query<Op>;
  body?: Body<Op>;
  /** The `version` that the change is made for. */
  ifMatch?: number;
  /** Refused if there is one already. */
  onlyCreate?: boolean;
  /** One key for each thing that a person wants, however often it is sent. */
  idempotencyKey?: string;
  signal?: AbortSignal;
};

/** The API, typed by the contract. Every failure is an `ApiError`, except that of an aborted request. */
export class Api {
  constructor(
    private readonly origin: string,
    private readonly tokens: TokenSource,
  ) {}

  async send<M extends Method, P extends Path<M>>(
    method: M,
    path: P,
    options: RequestOptions<Operation<M, P>>,
  ): Promise<Answer<Operation<M, P>>> {
    const response = await this.respond(method, path, options as AnyOptions);
    const text = response.status === 204 ? '' : await response.text().catch(() => failed(options.signal));
    return (text ? JSON.parse(text) : undefined) as Answer<Operation<M, P>>;
  }

  private async respond(method: Method, path: string, options: AnyOptions): Promise<Response> {
    const first = await this.fetch(method, path, options, false);
    if (first.ok) return first;
    const error = await errorOf(first);
    if (error.kind !== 'session') throw error;
    const second = await this.fetch(method, path, options, true);
    if (second.ok) return second;
    throw await errorOf(second);
  }

  private async fetch(method: Method, path: string, options: AnyOptions, fresh: boolean): Promise<Response> {
    const token = await this.tokens.token(fresh);
    if (token === null) throw new ApiError('session');
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
    const init: RequestInit = { method: method.toUpperCase(), headers: headers(token, options), signal };
    init.credentials = 'omit';
    init.cache = 'no-store';
    if (options.body !== undefined) init.body = JSON.stringify(options.body);
    return fetch(this.origin + filled(path, options), init).catch(() => failed(options.signal, timeout));
  }
}

interface AnyOptions {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  ifMatch?: number;
  onlyCreate?: boolean;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Whether the request was given up by the page itself, because it is no longer needed. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function failed(own?: AbortSignal, timeout?: AbortSignal): never {
  if (own?.aborted) throw new DOMException('aborted', 'AbortError');
  throw new ApiError(timeout?.aborted ? 'slow' : 'unreachable');
}

function headers(token: string, options: AnyOptions): Record<string, string> {
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  if (options.ifMatch !== undefined) headers['if-match'] = `"${options.ifMatch}"`;
  if (options.onlyCreate) headers['if-none-match'] = '*';
  if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;
  return headers;
}

function filled(path: string, options: AnyOptions): string {
  const full = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(options.path?.[name] ?? ''));
  const given = Object.entries(options.query ?? {}).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${full}?${query}` : full;
}
