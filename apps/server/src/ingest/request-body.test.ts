import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unpack } from './request-body.js';

const limit = 8 * 1024 * 1024;

/** With another size than it has at its end. */
function claiming(packed: Buffer, bytes: number): Buffer {
  const claimed = Buffer.from(packed);
  claimed.writeUInt32LE(bytes, claimed.length - 4);
  return claimed;
}

test.each([0, 1, 100, 16 * 1024, 1_000_000, 5_000_000])('a body of %d bytes is unpacked whole', async (bytes) => {
  const body = Buffer.alloc(bytes, 'abcdefghij'.repeat(7));
  expect((await unpack(gzipSync(body), 'gzip', limit)).equals(body)).toBe(true);
});

test('a body of several gzip members is unpacked to its end', async () => {
  const packed = Buffer.concat([gzipSync(Buffer.alloc(300_000, 'a')), gzipSync('the end')]);
  const unpacked = await unpack(packed, 'gzip', limit);
  expect(unpacked.length).toBe(300_007);
  expect(unpacked.subarray(-7).toString()).toBe('the end');
});

test('a body that lies about its size is refused, and takes no memory for what it claims', async () => {
  const packed = gzipSync(Buffer.alloc(1_000, 'a'));
  await expect(unpack(claiming(packed, 0xffffffff), 'gzip', limit)).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(unpack(claiming(packed, 3), 'gzip', limit)).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(unpack(Buffer.from([0x1f]), 'gzip', limit)).rejects.toMatchObject({ code: 'invalid_input' });
});

test('unpacking stops at the limit', async () => {
  const packed = gzipSync(Buffer.alloc(2_000_000));
  await expect(unpack(packed, 'gzip', 1_999_999)).rejects.toMatchObject({ code: 'too_large' });
  expect((await unpack(packed, 'gzip', 2_000_000)).length).toBe(2_000_000);
});
