import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlimsollError, type Settings } from '@plimsoll/contract';

const marker = 'sealed:v1:';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Keeps secrets of receivers unreadable in the database and its backups: AES-256-GCM, with what a secret belongs to as
 * authenticated context, so that a sealed text is of no use in another place. The key is `PLIMSOLL_SECRET_KEY`, else the
 * file `secret.key` of the data directory, which is made when it is first needed.
 */
export class SecretBox {
  private key: Buffer | undefined;

  constructor(private readonly settings: Pick<Settings, 'secretKey' | 'dataDir'>) {}

  static isSealed(text: string): boolean {
    return text.startsWith(marker);
  }

  seal(text: string, context: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.theKey(), iv).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final()]);
    return `${marker}${Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64')}`;
  }

  /**
   * A text that was never sealed is returned as it is: rows from before there was a key stay readable.
   * @throws PlimsollError `forbidden` when it was sealed with another key or for something else.
   */
  open(text: string, context: string): string {
    if (!SecretBox.isSealed(text)) return text;
    const bytes = Buffer.from(text.slice(marker.length), 'base64');
    const body = bytes.subarray(ivBytes, -tagBytes);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.theKey(), bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(-tagBytes));
      return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
    } catch (cause) {
      const reason = 'was sealed with another key than PLIMSOLL_SECRET_KEY or secret.key has now: set it again';
      throw new PlimsollError('forbidden', `secret: ${reason}`, { field: 'secret', cause });
    }
  }

  private theKey(): Buffer {
    this.key ??= this.settings.secretKey === undefined ? this.keyOfFile() : keyOf(this.settings.secretKey);
    return this.key;
  }

  /** Several processes may start at once: the link makes exactly one of their keys the key, and never half a file. */
  private keyOfFile(): Buffer {
    const path = join(this.settings.dataDir, 'secret.key');
    const read = (): Buffer => keyOf(readFileSync(path, 'utf8').trim());
    try {
      return read();
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    mkdirSync(this.settings.dataDir, { recursive: true });
    const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    writeFileSync(own, `${randomBytes(keyBytes).toString('base64')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    try {
      linkSync(own, path);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      rmSync(own, { force: true });
    }
    return read();
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** 32 bytes in base64 as they are; any other text is stretched to them. */
function keyOf(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === keyBytes ? bytes : scryptSync(text, 'plimsoll secret key', keyBytes);
}
