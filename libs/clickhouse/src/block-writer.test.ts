import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockWriter } from './block-writer.js';

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
