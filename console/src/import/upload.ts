import { ApiError } from '../api/error.js';
import type { App } from '../app.js';

/** As long as its link takes a file. */
const TIMEOUT_MS = 15 * 60_000;

/**
 * - `unreadable`: the file is no longer as it was chosen, or a folder.
 * - `lost`: no answer of the storage.
 * - `refused`: the storage does not take it.
 */
type Why = 'unreadable' | 'lost' | 'refused';

/** Why a file has not arrived. Nothing has been planned. */
export class UploadError extends ApiError {
  constructor(readonly why: Why) {
    super('busy');
  }
}

/** A file that is uploaded once, however often that is asked for. */
export class Upload {
  private uploadId: string | undefined;
  private key = crypto.randomUUID();

  constructor(
    private readonly app: App,
    private readonly file: File,
  ) {}

  /** Its id, once it is there. */
  async send(signal: AbortSignal): Promise<string> {
    if (this.uploadId) return this.uploadId;
    const content = await this.file.arrayBuffer().catch(() => failed('unreadable'));
    const { upload_id, url } = await this.link(content.byteLength, signal);
    // If it fails, another try gets another link: this one may have expired.
    this.renew();
    await put(url, content, signal);
    this.uploadId = upload_id;
    return upload_id;
  }

  /** It has been deleted. */
  forget(): void {
    this.uploadId = undefined;
  }

  private link(bytes: number, signal: AbortSignal): Promise<{ upload_id: string; url: string }> {
    const sent = this.app.api.send('post', '/uploads', { body: { bytes }, idempotencyKey: this.key, signal });
    return sent.catch((error: unknown) => {
      if (error instanceof ApiError && error.problem && error.code !== 'idempotency-key-in-use') this.renew();
      throw error;
    });
  }

  private renew(): void {
    this.key = crypto.randomUUID();
  }
}

/** To S3, which refuses a second way to authenticate. */
async function put(url: string, body: ArrayBuffer, own: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([own, AbortSignal.timeout(TIMEOUT_MS)]);
  const headers = { 'content-type': 'text/csv' };
  const sent = fetch(url, { method: 'PUT', headers, body, signal, credentials: 'omit', cache: 'no-store' });
  const answer = await sent.catch((error: unknown) => {
    if (own.aborted) throw error;
    return failed('lost');
  });
  if (!answer.ok) failed('refused');
}

function failed(why: Why): never {
  throw new UploadError(why);
}
