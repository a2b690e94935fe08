import { ApiError } from '../api/error.js';
import type { Reconciliation } from '../api/types.js';
import type { App } from '../app.js';
import { Resource } from '../resource.js';

/** The latest reconciliation; `null` if none has begun yet. */
export function latest(app: App): Resource<Reconciliation | null> {
  return new Resource<Reconciliation | null>(app, (signal) =>
    app.api.send('get', '/reconciliations/latest', { signal }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'no-reconciliation') return null;
      throw error;
    }),
  );
}
