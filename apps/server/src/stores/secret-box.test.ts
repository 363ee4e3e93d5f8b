import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SecretBox } from './secret-box.js';

const dataDir = mkdtempSync(join(tmpdir(), 'plimsoll-secret-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('SecretBox', () => {
  it('seals each time anew and opens only for what it was sealed for', () => {
    const box = new SecretBox({ dataDir, secretKey: 'a phrase that nobody else knows' });
    const sealed = box.seal('routing-key', 'channel 1');
    expect(sealed).not.toContain('routing');
    expect(box.seal('routing-key', 'channel 1')).not.toBe(sealed);
    expect(box.open(sealed, 'channel 1')).toBe('routing-key');
    expect(() => box.open(sealed, 'channel 2')).toThrow('another key');
    const damaged = `${sealed.slice(0, -4)}${sealed.endsWith('AAAA') ? 'BBBB' : 'AAAA'}`;
    expect(() => box.open(damaged, 'channel 1')).toThrow('another key');
    expect(() => new SecretBox({ dataDir, secretKey: 'another phrase of somebody' }).open(sealed, 'channel 1')).toThrow(
      'set it again',
    );
  });

  it('reads what was stored before there was a key', () => {
    expect(new SecretBox({ dataDir, secretKey: undefined }).open('plain', 'channel 1')).toBe('plain');
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('makes one key file that only its owner reads, and uses it again', () => {
    const [first, second] = [1, 2].map(() => new SecretBox({ dataDir, secretKey: undefined }));
    const sealed = first?.seal('x', 'c') ?? '';
    expect(second?.open(sealed, 'c')).toBe('x');
    expect(readdirSync(dataDir)).toEqual(['secret.key']);
    expect(statSync(join(dataDir, 'secret.key')).mode & 0o777).toBe(0o600);
  });
});
