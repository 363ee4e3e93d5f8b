import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unpack as unpackHeld } from './unpack.js';

const limit = 8 * 1024 * 1024;
/** The most that was held for the last body. */
let held = 0;

function unpack(packed: Buffer, most = limit): Promise<Buffer> {
  held = 0;
  return unpackHeld(packed, most, (bytes) => (held = Math.max(held, bytes)));
}

/** With another size than it has at its end. */
function claiming(packed: Buffer, bytes: number): Buffer {
  const claimed = Buffer.from(packed);
  claimed.writeUInt32LE(bytes, claimed.length - 4);
  return claimed;
}

test.each([0, 1, 100, 16 * 1024, 1_000_000, 5_000_000])('a body of %d bytes is unpacked whole', async (bytes) => {
  const body = Buffer.alloc(bytes, 'abcdefghij'.repeat(7));
  const packed = gzipSync(body);
  expect((await unpack(packed)).equals(body)).toBe(true);
  expect(held).toBe(packed.length + bytes);
});

test('a body of several gzip members is unpacked to its end', async () => {
  const packed = Buffer.concat([gzipSync(Buffer.alloc(300_000, 'a')), gzipSync('the end')]);
  const unpacked = await unpack(packed);
  expect(unpacked.length).toBe(300_007);
  expect(unpacked.subarray(-7).toString()).toBe('the end');
  expect(held).toBeGreaterThanOrEqual(packed.length + unpacked.length);
});

test('a body that lies about its size is refused, and takes no memory for what it claims', async () => {
  const packed = gzipSync(Buffer.alloc(1_000, 'a'));
  const most = packed.length * 1_100;
  await expect(unpack(claiming(packed, 0xffffffff))).rejects.toMatchObject({ code: 'invalid_input' });
  expect(held).toBeLessThan(most);
  await expect(unpack(claiming(packed, 3))).rejects.toMatchObject({ code: 'invalid_input' });
  expect(held).toBeLessThan(most);
  await expect(unpack(Buffer.from([0x1f]))).rejects.toMatchObject({ code: 'invalid_input' });
});

test('unpacking stops at the limit', async () => {
  const packed = gzipSync(Buffer.alloc(2_000_000));
  await expect(unpack(packed, 1_999_999)).rejects.toMatchObject({ code: 'too_large' });
  expect((await unpack(packed, 2_000_000)).length).toBe(2_000_000);
});
