import type { Problem } from './types.js';

/**
 * What kind of failure a person is told of.
 * - `session`: the token is no longer accepted, also not a fresh one.
 * - `forbidden`: the caller is known, and not permitted (403 with a `code`).
 * - `stale`: another user has changed it meanwhile (412).
 * - `unreachable`: no answer; whether a change was made is unknown.
 */
export type ErrorKind =
  'session' | 'forbidden' | 'missing' | 'conflict' | 'stale' | 'invalid' | 'busy' | 'broken' | 'slow' | 'unreachable';

export class ApiError extends Error {
  constructor(
    readonly kind: ErrorKind,
    /** The problem document, where the API gave one. */
    readonly problem?: Problem,
    readonly requestId?: string,
  ) {
    super(problem?.code ?? kind);
  }

  /** Whether the request may have been carried out all the same. */
  get isOutcomeUnknown(): boolean {
    return ['slow', 'unreachable', 'broken'].includes(this.kind);
  }

  get code(): string | undefined {
    return this.problem?.code;
  }
}

const KINDS: Record<number, ErrorKind> = {
  400: 'invalid',
  401: 'session',
  403: 'forbidden',
  404: 'missing',
  409: 'conflict',
  412: 'stale',
  413: 'invalid',
  422: 'conflict',
  429: 'busy',
  503: 'busy',
};

/** The error of a response that is not successful. A 403 without `code` is the gateway's: the token is not accepted. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  const problem = typeof body?.code === 'string' ? (body as Problem) : undefined;
  const requestId = problem?.request_id ?? response.headers.get('apigw-requestid') ?? undefined;
  const kind = response.status === 403 && !problem ? 'session' : (KINDS[response.status] ?? 'broken');
  return new ApiError(kind, problem, requestId);
}
