import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyTable } from './key-table.js';

test('what is read is what the bytes say, whatever was read before', () => {
  const table = new KeyTable(96);
  // Few letters and invalid UTF-8, so that keys come again, collide and differ by little.
  const key = fc.oneof(
    fc
      .string({ unit: fc.constantFrom('a', 'b', '.', 'é', '\u{1f600}'), maxLength: 120 })
      .map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(fc.array(key, { maxLength: 50 }), fc.nat({ max: 9 }), (keys, offset) => {
      for (const bytes of [...keys, ...keys]) {
        const buffer = Buffer.concat([Buffer.alloc(offset, 0x61), bytes, Buffer.from('aaa')]);
        expect(table.read(buffer, offset, offset + bytes.length)).toBe(bytes.toString('utf8'));
      }
    }),
  );
});

test('a known key keeps nothing of the body it came from', () => {
  const table = new KeyTable(96);
  const body = Buffer.from('user.id');
  table.read(body, 0, 7);
  body.fill(0x78);
  expect(table.read(Buffer.from('user.id'), 0, 7)).toBe('user.id');
  expect(table.read(body, 0, 7)).toBe('xxxxxxx');
});
