import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PlimsollError } from '@plimsoll/contract';

/** Who the PostgreSQL processes run as; empty = the present user. PostgreSQL refuses to run as root. */
export interface PostgresIdentity {
  readonly uid?: number;
  readonly gid?: number;
}

function findUser(name: string): PostgresIdentity | null {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [user, , uid, gid] = line.split(':');
    if (user === name) return { uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

/** The user for PostgreSQL: the present one, or for root the system user `postgres` (made when missing), else nobody. */
export function postgresIdentity(): PostgresIdentity {
  if (process.getuid?.() !== 0) return {};
  const known = findUser('postgres');
  if (known !== null) return known;
  try {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', 'postgres'], {
      stdio: 'ignore',
    });
  } catch {
    // Small systems have no useradd: the unprivileged user that exists everywhere does as well.
  }
  const made = findUser('postgres') ?? findUser('nobody');
  if (made === null) throw new PlimsollError('unavailable', 'root cannot run PostgreSQL and no other user exists here');
  return made;
}

/** True when `identity` may walk down to `path`: each parent directory lets others (or the owner) pass. */
export function canReach(identity: PostgresIdentity, path: string): boolean {
  if (identity.uid === undefined) return true;
  for (let at = dirname(resolve(path)); ; at = dirname(at)) {
    const { mode, uid } = statSync(at);
    const bit = uid === identity.uid ? 0o100 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** Where root keeps what PostgreSQL's own user must reach when the checkout lies in a closed directory such as /root. */
const openRoot = '/var/lib/plimsoll';

function makeOpenRoot(): void {
  mkdirSync(openRoot, { recursive: true });
  chmodSync(openRoot, 0o755);
}

/**
 * The folder with `bin`, `lib` and `share`, as `identity` can reach it: the one of the npm package, or a copy of it.
 * @param nativeDir the npm package's `native` folder.
 */
export function reachableBinaries(identity: PostgresIdentity, nativeDir: string, version: string): string {
  if (canReach(identity, join(nativeDir, 'bin'))) return nativeDir;
  const copy = join(openRoot, `postgres-${version}`);
  if (!existsSync(join(copy, 'complete'))) {
    makeOpenRoot();
    cpSync(nativeDir, copy, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'go+rX', copy]);
    mkdirSync(join(copy, 'complete'));
  }
  return copy;
}

/** The data folder itself, or one under /var/lib/plimsoll that stands for it when PostgreSQL's user cannot get there. */
export function reachableDataDir(identity: PostgresIdentity, dataDir: string): string {
  if (canReach(identity, dataDir)) return dataDir;
  const name = resolve(dataDir).replaceAll('/', '-').replace(/^-/, '');
  makeOpenRoot();
  return join(openRoot, name);
}
