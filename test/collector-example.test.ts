import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSettings } from '@plimsoll/contract';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { snippetsFor } from '../apps/dashboard/src/access/snippets.js';

const example = readFileSync(fileURLToPath(new URL('../docs/examples/collector.yaml', import.meta.url)), 'utf8');
const endpoint = 'http://127.0.0.1:4318';
const key = 'plk_ab12cd34_secret';

/** The parts of a Collector's configuration that say where to and with which key. */
interface Configuration {
  receivers: { otlp: { protocols: Record<string, { endpoint: string }> } };
  processors: Record<string, unknown>;
  exporters: Record<string, { endpoint: string; headers: { authorization: string } }>;
  service: { pipelines: Record<string, { receivers: string[]; processors: string[]; exporters: string[] }> };
}

const withEnvironment = example
  .replaceAll('${env:PLIMSOLL_OTLP_ENDPOINT}', endpoint)
  .replaceAll('${env:PLIMSOLL_API_KEY}', key);
const snippet = snippetsFor(endpoint, key).find(({ id }) => id === 'collector')!.code;

describe.each([
  ['of the docs', withEnvironment],
  ['of the welcome page', snippet],
])("the Collector's configuration %s", (_, text) => {
  const given = parse(text) as Configuration;

  test('sends to the OTLP port, with a key and without a path', () => {
    const settings = readSettings({}, () => '');
    expect(Object.keys(given.exporters)).toEqual(['otlphttp/plimsoll']);
    for (const exporter of Object.values(given.exporters)) {
      // The exporter appends /v1/traces and /v1/logs itself.
      expect(exporter.endpoint).toBe(`http://127.0.0.1:${settings.otlpHttpPort}`);
      expect(exporter.headers.authorization).toBe(`Bearer ${key}`);
    }
  });

  test('names only what it declares, and takes no port of the platform', () => {
    expect(Object.keys(given.service.pipelines)).toEqual(expect.arrayContaining(['traces', 'logs']));
    for (const name of Object.keys(given.exporters)) expect(name).toMatch(/^otlphttp\//);
    expect(Object.keys(given.service.pipelines)).toEqual(['traces', 'logs']);
    for (const pipeline of Object.values(given.service.pipelines)) {
      expect(Object.keys(given.receivers)).toEqual(expect.arrayContaining(pipeline.receivers));
      expect(Object.keys(given.processors)).toEqual(expect.arrayContaining(pipeline.processors));
      expect(Object.keys(given.exporters)).toEqual(expect.arrayContaining(pipeline.exporters));
    }
    const ports = Object.values(given.receivers.otlp.protocols).map((protocol) => protocol.endpoint.split(':').at(-1));
    expect(ports).not.toContain('4317');
    expect(ports).not.toContain('4318');
  });
});
