import { expect, test } from 'vitest';
import { BytesInFlight } from './bytes-in-flight.js';

const refusedFor = (retryAfterSeconds: number, code: string) => expect.objectContaining({ code, retryAfterSeconds });

/** As many requests of `bytes` as are let in. */
function fill(inFlight: BytesInFlight, project: string, bytes: number): number {
  for (let count = 0; ; count += 1) {
    try {
      inFlight.add(project, bytes);
    } catch {
      return count;
    }
  }
}

test('a project alone may hold half of the bytes, and is told to wait beyond that', () => {
  const inFlight = new BytesInFlight(1_000);
  expect(fill(inFlight, 'noisy', 10)).toBe(50);
  expect(() => inFlight.add('noisy', 10)).toThrow(refusedFor(1, 'too_many_requests'));
  inFlight.remove('noisy', 10);
  inFlight.add('noisy', 10);
  expect(inFlight.bytes).toBe(500);
});

test('beside several noisy projects one more gets in at once', () => {
  const inFlight = new BytesInFlight(1_000);
  for (let noisy = 1; noisy <= 8; noisy += 1) {
    expect(fill(inFlight, `noisy ${noisy}`, 10)).toBeGreaterThan(0);
    inFlight.add('quiet', 10);
    inFlight.remove('quiet', 10);
  }
});

test('a noisy project that keeps asking gives way to one that comes later', () => {
  const inFlight = new BytesInFlight(1_000);
  const held: string[] = [];
  const served = new Map([
    ['noisy', 0],
    ['late', 0],
  ]);
  // Each round both ask for as much as they get, the noisy one first, and the oldest request is stored.
  for (let round = 0; round < 400; round += 1) {
    for (const project of round < 100 ? ['noisy'] : ['noisy', 'late']) {
      for (let taken = fill(inFlight, project, 10); taken > 0; taken -= 1) held.push(project);
    }
    const project = held.shift() ?? '';
    inFlight.remove(project, 10);
    if (round >= 200) served.set(project, (served.get(project) ?? 0) + 1);
  }
  expect(served.get('late')).toBeGreaterThan(80);
  expect(served.get('noisy')).toBeGreaterThan(80);
});

test('no more than the whole is ever held, whoever asks', () => {
  const inFlight = new BytesInFlight(1_000);
  inFlight.add('first', 900);
  expect(() => inFlight.add('second', 200)).toThrow(refusedFor(2, 'unavailable'));
  inFlight.add('second', 100);
  expect(inFlight.bytes).toBe(1_000);
});

test('a request that is larger than everything passes when nothing else is there', () => {
  const inFlight = new BytesInFlight(1_000);
  inFlight.add('large', 5_000);
  expect(() => inFlight.add('other', 1)).toThrow(refusedFor(2, 'unavailable'));
  inFlight.remove('large', 5_000);
  expect(inFlight.bytes).toBe(0);
});
