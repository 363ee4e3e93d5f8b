import { expect, test } from 'vitest';
import { letGo } from './let-go.js';

test('large bytes are freed at once, also those that others look at', () => {
  const bytes = Buffer.alloc(1_000_000);
  const view = new DataView(bytes.buffer);
  const before = process.memoryUsage().arrayBuffers;
  letGo(bytes.subarray(10, 20));
  expect(bytes.length).toBe(0);
  expect(() => view.getUint8(0)).toThrow(TypeError);
  expect(before - process.memoryUsage().arrayBuffers).toBeGreaterThan(900_000);
});

test('small bytes stay, since they may share their memory', () => {
  const bytes = Buffer.from('small');
  letGo(bytes);
  expect(bytes.toString()).toBe('small');
});
