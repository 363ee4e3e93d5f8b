import { expect, test } from 'vitest';
import { Slots } from './slots.js';

const never = new AbortController().signal;

function gate(): { open: () => void; opened: Promise<void> } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test('no more than its count run at once, the rest in order', async () => {
  const slots = new Slots('queries', 2, 10);
  const gates = [gate(), gate(), gate(), gate()];
  const started: number[] = [];
  const all = gates.map((each, i) =>
    slots.use(never, () => {
      started.push(i);
      return each.opened;
    }),
  );
  await Promise.resolve();
  expect(started).toEqual([0, 1]);
  gates[1]!.open();
  await all[1];
  expect(started).toEqual([0, 1, 2]);
  for (const each of gates) each.open();
  await Promise.all(all);
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a full queue refuses at once', async () => {
  const slots = new Slots('queries', 1, 1);
  const first = gate();
  const running = slots.use(never, () => first.opened);
  const waiting = slots.use(never, () => Promise.resolve());
  await expect(slots.use(never, () => Promise.resolve())).rejects.toMatchObject({ code: 202, status: 503 });
  first.open();
  await Promise.all([running, waiting]);
});

test('who is aborted leaves the queue, and a failure frees the slot', async () => {
  const slots = new Slots('queries', 1, 5);
  const first = gate();
  const running = slots.use(never, () => first.opened.then(() => Promise.reject(new Error('broken'))));
  const abort = new AbortController();
  const gone = slots.use(abort.signal, () => Promise.resolve('ran'));
  abort.abort();
  await expect(gone).rejects.toMatchObject({ code: 394 });
  first.open();
  await expect(running).rejects.toThrow('broken');
  expect(await slots.use(never, () => Promise.resolve('next'))).toBe('next');
});
