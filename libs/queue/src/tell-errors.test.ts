import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { tellErrors } from './tell-errors.js';

function source(name: string): EventEmitter & { name: string } {
  return Object.assign(new EventEmitter(), { name });
}

test('one dropped connection is one line, whatever number of queues share the pool', () => {
  const lines: string[] = [];
  const [gpu, slo] = [source('gpu'), source('slo')];
  for (const each of [gpu, slo]) tellErrors(each, (line) => lines.push(line));
  const dropped = Object.assign(new Error('terminating connection\nwith more'), {
    code: '57P01',
    client: { pool: 'x' },
  });
  gpu.emit('error', dropped);
  slo.emit('error', dropped);
  slo.emit('error', new Error('connect ECONNREFUSED 127.0.0.1:1'));
  expect(lines).toEqual(['queue gpu: terminating connection (57P01)', 'queue slo: connect ECONNREFUSED 127.0.0.1:1']);
});

test('a failing order is told once, again when the reason changes, and again after it went well', () => {
  const lines: string[] = [];
  const gpu = source('gpu');
  tellErrors(gpu, (line) => lines.push(line));
  const fail = (message: string) => gpu.emit('failed', { name: 'scrape' }, new Error(message));
  fail('away');
  fail('away');
  fail('full');
  gpu.emit('completed', { name: 'scrape' });
  fail('full');
  expect(lines).toEqual(['order gpu.scrape: away', 'order gpu.scrape: full', 'order gpu.scrape: full']);
});
