import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sdk = fileURLToPath(new URL('../../libs/sdk', import.meta.url));

export function run(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (result.status === 0) return result.stdout;
  throw new Error(
    `${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}${result.error?.message ?? ''}`,
  );
}

/** Packs the SDK as it is published and unpacks it below `folder`, where `@plimsoll/sdk` is then found. Takes 3 s. */
export function installPackedSdk(folder: string): void {
  const packed = mkdtempSync(join(tmpdir(), 'plimsoll-sdk-'));
  const target = join(folder, 'node_modules', '@plimsoll', 'sdk');
  try {
    run('npm', ['pack', '--pack-destination', packed, '--loglevel=error'], sdk);
    const [tarball] = readdirSync(packed);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    run('tar', ['xzf', join(packed, String(tarball)), '--strip-components=1', '-C', target], folder);
  } finally {
    rmSync(packed, { recursive: true, force: true });
  }
}
