import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

/** The password in `path`, made at the first call; only the owner can read the file. */
export function passwordIn(path: string): string {
  try {
    writeFileSync(path, randomBytes(24).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch {
    // It is there already: the engine's data directory was made with it.
  }
  return readFileSync(path, 'utf8').trim();
}
