import { describe, expect, it } from 'vitest';
import { signWebhook, verifyWebhook } from './signature.js';

const secret = 'cGxpbXNvbGwtdGVzdC1zZWNyZXQtMDEyMzQ1Njc4OWFi';
const body = '{"type":"incident.opened","data":{"id":"inc_01","severity":"page"}}';
const signature = 'v1,lsRtnO4diKX2Vu5mw2Pe9Et6f83lPzimW3wksHw69/I=';

describe('signWebhook', () => {
  it('gives the published vector, with and without prefix', () => {
    expect(signWebhook([secret], 'msg_01', 1_790_000_000, body)).toBe(signature);
    expect(signWebhook([`whsec_${secret}`], 'msg_01', 1_790_000_000, body)).toBe(signature);
  });

  it('signs with both secrets during a rotation', () => {
    const other = Buffer.from('another secret').toString('base64');
    const both = signWebhook([other, secret], 'msg_01', 1_790_000_000, body);
    expect(both.split(' ')).toHaveLength(2);
    const headers = { id: 'msg_01', timestamp: '1790000000', signature: both };
    expect(verifyWebhook([secret], headers, body, 1_790_000_100)).toBe(true);
    expect(verifyWebhook([other], headers, body, 1_790_000_100)).toBe(true);
  });

  it('refuses another body, id, secret, a stale and a broken header', () => {
    const headers = { id: 'msg_01', timestamp: '1790000000', signature };
    expect(verifyWebhook([secret], headers, `${body} `, 1_790_000_000)).toBe(false);
    expect(verifyWebhook([secret], { ...headers, id: 'msg_02' }, body, 1_790_000_000)).toBe(false);
    expect(verifyWebhook(['YQ=='], headers, body, 1_790_000_000)).toBe(false);
    expect(verifyWebhook([secret], headers, body, 1_790_000_301)).toBe(false);
    expect(verifyWebhook([secret], { ...headers, timestamp: 'x' }, body, 1_790_000_000)).toBe(false);
    expect(verifyWebhook([secret], { ...headers, signature: 'v1,' }, body, 1_790_000_000)).toBe(false);
  });
});
