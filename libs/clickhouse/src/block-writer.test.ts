import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockWriter, byteSource } from './block-writer.js';
import { BufferPool } from './buffer-pool.js';

/** Length as LEB128, by its definition: groups of seven bits, the lowest first. */
function leb128(value: number): number[] {
  return value < 0x80 ? [value] : [0x80 + (value % 0x80), ...leb128(Math.floor(value / 0x80))];
}

test('texts are their length and their UTF-8 bytes, whatever they contain and however many', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom('a', 'é', '\u0000', '\u007f', '\u0080', '\u{1f600}', '\ud800'), maxLength: 140 }),
    fc
      .tuple(fc.constantFrom('a', 'é', '€'), fc.integer({ min: 5_400, max: 16_500 }))
      .map(([of, count]) => of.repeat(count)),
  );
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), fc.integer({ min: 1, max: 64 }), (texts, initialBytes) => {
      const block = new BlockWriter(initialBytes);
      for (const each of texts) block.text(each);
      const expected = texts.map((each) => {
        const bytes = Buffer.from(each, 'utf8');
        return Buffer.concat([Buffer.from(leb128(bytes.length)), bytes]);
      });
      expect(block.finish().equals(Buffer.concat(expected))).toBe(true);
    }),
  );
});

test('ranges are copied as they are, wherever they stand; as text what is no UTF-8 is replaced', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 700 }),
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 64 }),
      (bytes, from, count, initialBytes) => {
        const source = byteSource(Buffer.from(bytes));
        const start = from % bytes.length;
        const end = Math.min(start + (count % 700), bytes.length);
        const range = source.bytes.subarray(start, end);
        const block = new BlockWriter(initialBytes);
        const isAscii = block.copy(source, start, end);
        if (isAscii) expect(range.every((byte) => byte < 0x80)).toBe(true);
        block.utf8(source, start, end);
        const text = Buffer.from(range.toString('utf8'));
        const expected = Buffer.concat([range, Buffer.from(leb128(text.length)), text]);
        expect(block.finish().equals(expected)).toBe(true);
      },
    ),
  );
});

test('figures and texts of any length', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(), fc.maxSafeNat()), { maxLength: 12 }),
      fc.nat(40_000),
      fc.nat(40_000),
      (values, count, expected) => {
        const block = new BlockWriter(16);
        block.uint64s(values);
        const start = block.openText(expected);
        for (const value of values) block.digits(value);
        block.ascii('x'.repeat(count));
        block.closeText(start, expected);
        block.zeros(values.length);
        const numbers = Buffer.alloc(values.length * 8);
        for (const [index, value] of values.entries()) numbers.writeBigUInt64LE(BigInt(value), index * 8);
        const text = Buffer.from(values.join('') + 'x'.repeat(count));
        const due = [numbers, Buffer.from(leb128(text.length)), text, Buffer.alloc(values.length)];
        expect(block.finish().equals(Buffer.concat(due))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('the memory of one block serves the next, up to what the pool may hold', () => {
  const pool = new BufferPool(200_000);
  const first = pool.take(100_000);
  expect(first.length).toBeGreaterThanOrEqual(100_000);
  pool.give(first);
  expect(pool.take(50_000)).toBe(first);
  const second = pool.take(120_000);
  pool.give(first);
  pool.give(second);
  expect(pool.take(120_000)).not.toBe(second);
});

test('a block gets little more memory than it asks for', () => {
  const pool = new BufferPool(100_000_000);
  for (const bytes of [1, 20_000, 1_300_000, 5_000_000]) {
    expect(pool.take(bytes).length).toBeLessThanOrEqual(Math.max(bytes * 1.25, 16_384));
  }
  const large = pool.take(4_000_000);
  pool.give(large);
  expect(pool.take(20_000)).not.toBe(large);
  expect(pool.take(1_300_000)).toBe(large);
});
