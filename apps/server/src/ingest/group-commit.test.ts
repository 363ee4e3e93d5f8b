import { PlimsollError } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { BytesInFlight } from './bytes-in-flight.js';
import { cutRows, GroupCommit, type PartLimits, type RowsPart } from './group-commit.js';

interface Row {
  readonly name: string;
  readonly day: number;
}

interface Insert {
  readonly rows: readonly Row[];
  finish(): void;
  fail(error: Error): void;
}

const limits: PartLimits = { maxRows: 10, maxDays: 3 };
const cut = (rows: readonly Row[]) => cutRows(rows, ({ day }) => day, limits);

/** A store whose inserts end when the test says so. */
function slowStore({ connections = 1 }: { connections?: number } = {}) {
  const inserts: Insert[] = [];
  const commit = new GroupCommit<RowsPart<Row>>({
    insert: (parts) =>
      new Promise((resolve, reject) => {
        inserts.push({ rows: parts.flatMap(({ rows }) => rows), finish: resolve, fail: reject });
      }),
    ...limits,
    connections,
  });
  return { commit: { store: (rows: readonly Row[]) => commit.store(cut(rows)) }, inserts };
}

const row = (name: string, day = 0): Row => ({ name, day });
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
const names = (insert: Insert | undefined) => insert?.rows.map(({ name }) => name);

describe('requests share blocks', () => {
  test('what arrives while an insert runs goes into the next one, and is answered with it', async () => {
    const { commit, inserts } = slowStore();
    const first = commit.store([row('a')]);
    await turn();
    const answered: string[] = [];
    const later = ['b', 'c'].map((name) => commit.store([row(name)]).then(() => answered.push(name)));
    await turn();
    expect(inserts).toHaveLength(1);
    inserts[0]?.finish();
    await first;
    await turn();
    expect(names(inserts[1])).toEqual(['b', 'c']);
    expect(answered).toEqual([]);
    inserts[1]?.finish();
    await Promise.all(later);
    expect(answered).toEqual(['b', 'c']);
  });

  const half = (name: string) => Array.from({ length: 5 }, (_, index) => row(`${name}${index}`));

  test('as many inserts run at once as there are connections', async () => {
    const { commit, inserts } = slowStore({ connections: 2 });
    const stored = [commit.store([row('a')])];
    for (const name of ['b', 'c']) {
      await turn();
      stored.push(commit.store(half(name)));
    }
    await turn();
    expect(inserts.map((insert) => names(insert)?.[0])).toEqual(['a', 'b0']);
    for (const insert of inserts) insert.finish();
    await turn();
    inserts[2]?.finish();
    await Promise.all(stored);
  });

  test('a second block is begun with half of what it may hold, or when no other is inserted any more', async () => {
    const { commit, inserts } = slowStore({ connections: 2 });
    const stored = [commit.store([row('a')])];
    await turn();
    stored.push(commit.store([row('b')]));
    await turn();
    expect(inserts.map(names)).toEqual([['a']]);
    stored.push(commit.store(half('c')));
    await turn();
    expect(inserts.map((insert) => insert.rows.length)).toEqual([1, 6]);
    stored.push(commit.store([row('d')]));
    inserts[0]?.finish();
    await turn();
    expect(inserts).toHaveLength(2);
    inserts[1]?.finish();
    await turn();
    expect(names(inserts[2])).toEqual(['d']);
    inserts[2]?.finish();
    await Promise.all(stored);
  });

  test('nothing to store needs no insert', async () => {
    const { commit, inserts } = slowStore();
    await commit.store([]);
    expect(inserts).toEqual([]);
  });
});

describe('blocks keep below the limits of the store', () => {
  test('a request over many days is cut, and answered when all of it is stored', async () => {
    const { commit, inserts } = slowStore({ connections: 9 });
    let answered = false;
    const stored = commit
      .store([5, 1, 4, 2, 3, 1, 6, 7].map((day) => row(`d${day}`, day)))
      .then(() => (answered = true));
    await turn();
    expect(inserts.map(names)).toEqual([
      ['d1', 'd1', 'd2', 'd3'],
      ['d4', 'd5', 'd6'],
    ]);
    inserts[0]?.finish();
    inserts[1]?.finish();
    await turn();
    expect(names(inserts[2])).toEqual(['d7']);
    expect(answered).toBe(false);
    inserts[2]?.finish();
    await stored;
  });

  test('requests whose days do not fit together go into different blocks', async () => {
    const { commit, inserts } = slowStore();
    const stored = [
      commit.store([row('a', 1), row('b', 2)]),
      commit.store([row('c', 2), row('d', 3)]),
      commit.store([row('e', 4)]),
    ];
    await turn();
    expect(names(inserts[0])).toEqual(['a', 'b', 'c', 'd']);
    inserts[0]?.finish();
    await turn();
    expect(names(inserts[1])).toEqual(['e']);
    inserts[1]?.finish();
    await Promise.all(stored);
  });

  test('a large request is cut by rows', async () => {
    const { commit, inserts } = slowStore({ connections: 9 });
    const stored = commit.store(Array.from({ length: 25 }, (_, index) => row(`r${index}`)));
    await turn();
    expect(inserts.map((insert) => insert.rows.length)).toEqual([10, 10, 5]);
    for (const insert of inserts) insert.finish();
    await stored;
  });
});

describe('a failed insert', () => {
  test('fails its requests when the store is not available', async () => {
    const { commit, inserts } = slowStore();
    const results = Promise.allSettled([commit.store([row('a')]), commit.store([row('b')])]);
    await turn();
    inserts[0]?.fail(new PlimsollError('unavailable', 'down'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(inserts).toHaveLength(1);
  });

  test('is tried request by request when one of them may be at fault', async () => {
    const bad = new PlimsollError('internal', 'a value that does not fit');
    const stored: string[] = [];
    const commit = new GroupCommit<RowsPart<Row>>({
      insert: async (parts) => {
        const rows = parts.flatMap((part) => part.rows);
        await turn();
        if (rows.some(({ name }) => name === 'poison')) throw bad;
        stored.push(...rows.map(({ name }) => name));
      },
      ...limits,
      connections: 1,
    });
    const results = await Promise.allSettled(['a', 'poison', 'b'].map((name) => commit.store(cut([row(name)]))));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored).toEqual(['a', 'b']);
  });
});

describe('bytes in flight', () => {
  test('one project cannot take all, and all together cannot pass the limit', () => {
    const bytes = new BytesInFlight(100);
    bytes.add('a', 50);
    expect(() => bytes.add('a', 20)).toThrow(expect.objectContaining({ code: 'too_many_requests' }) as Error);
    bytes.add('b', 40);
    expect(() => bytes.add('c', 20)).toThrow(
      expect.objectContaining({ code: 'unavailable', retryAfterSeconds: 2 }) as Error,
    );
    bytes.remove('a', 50);
    bytes.add('c', 20);
    expect(bytes.bytes).toBe(60);
  });

  test('a body larger than the share still gets through alone', () => {
    const bytes = new BytesInFlight(100);
    bytes.add('a', 90);
    bytes.remove('a', 90);
    expect(bytes.bytes).toBe(0);
  });
});
