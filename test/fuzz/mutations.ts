import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { generator } from '@plimsoll/statistics';
import { jsonOfProtobuf } from '../builders/otlp-proto.js';

export type Signal = 'traces' | 'logs' | 'metrics';
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
/** A whole number below the limit. */
export type Random = (limit: number) => number;

/** A recorded body, unpacked, and as the tree of its JSON form. */
export interface Recorded {
  readonly signal: Signal;
  readonly bytes: Buffer;
  readonly encoding: 'json' | 'protobuf';
  readonly tree: Json;
}

/** Larger bodies would only make the loop slower. */
const largestBytes = 48 * 1024;

/** @param checkout folder of the checkout */
export function recordedBodies(checkout: string): Recorded[] {
  const root = join(checkout, 'test/fixtures/otlp');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.bin'));
  const bodies = paths.toSorted().map((path): Recorded => {
    const packed = readFileSync(join(root, path));
    const bytes = packed[0] === 0x1f ? gunzipSync(packed) : packed;
    const signal = (['logs', 'metrics'] as const).find((each) => path.includes(`${each}-`)) ?? 'traces';
    const encoding = bytes[0] === 0x7b ? 'json' : 'protobuf';
    const json = encoding === 'json' ? bytes : jsonOfProtobuf(signal, bytes);
    return { signal, bytes, encoding, tree: JSON.parse(json.toString('utf8')) as Json };
  });
  return bodies.filter(({ bytes }) => bytes.length <= largestBytes);
}

/** So that a seed names its inputs. */
export function drawing(seed: number): Random {
  const random = generator(seed);
  return (limit) => Math.floor(random() * limit);
}

const splinters = ['{}', '[]', 'null', '1e999', '"', ',', '[[', '-1', '9'.repeat(22), '\\u0000', '\xff'];

/** One change: a byte, a piece cut out, doubled, taken from another body, or replaced by something JSON knows. */
export function mutateBytes(bytes: Buffer, other: Buffer, random: Random): Buffer {
  const at = random(bytes.length);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (random(6)) {
    case 0: {
      const changed = Buffer.from(bytes);
      if (changed.length > 0) changed[at] = random(256);
      return changed;
    }
    case 1:
      return Buffer.concat([before, after.subarray(random(20))]);
    case 2:
      return Buffer.concat([before, before.subarray(random(at + 1)).subarray(0, 4_096), after]);
    case 3: {
      const start = random(other.length);
      return Buffer.concat([before, other.subarray(start, start + random(60)), after]);
    }
    case 4:
      return before;
    default: {
      const splinter = Buffer.from(splinters[random(splinters.length)] ?? '', 'latin1');
      return Buffer.concat([before, splinter, after.subarray(random(8))]);
    }
  }
}

type Tree = { [key: string]: Json };

/** Everything in a tree that is an object, each after the one that holds it. */
function objectsIn(value: Json, found: Tree[] = []): Tree[] {
  if (Array.isArray(value)) for (const each of value) objectsIn(each, found);
  else if (typeof value === 'object' && value !== null) {
    found.push(value);
    for (const each of Object.values(value)) objectsIn(each, found);
  }
  return found;
}

const texts = [
  '',
  ' ',
  '{}',
  '[]',
  'null',
  '{"a":',
  '[{"role":"user","content":"hé\u0000llo 🙂"}]',
  '[{"role":"assistant","parts":[{"type":"tool_call","id":null,"name":7,"arguments":"{"}]}]',
  '{"input":-1,"output":1e400,"total":"many"}',
  '0.000000000000000000001',
  '99999999999999999999999999999999999999.9',
  '-5',
  'NaN',
  '2026-13-45T99:00:00Z',
  '__proto__',
  'x'.repeat(9_000),
  '[['.repeat(400),
  'a, b,,c',
];
const wholes = [
  '0',
  '1',
  '-1',
  '499',
  '65536',
  '4294967296',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
];
const doubles = [0, -0.5, 1e-320, 1e21, 1.7976931348623157e308, 'NaN', 'Infinity', '-Infinity'];
const times = ['0', '1', '999999999999999999', '1790000000000000000', '9223372036854775807', '18446744073709551615'];

function oddValue(random: Random, depth = 0): Json {
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;
  switch (random(depth > 3 ? 5 : 8)) {
    case 0:
      return {};
    case 1:
      return { stringValue: pick(texts) };
    case 2:
      return { intValue: pick(wholes) };
    case 3:
      return { doubleValue: pick(doubles) };
    case 4:
      return { boolValue: random(2) === 0 };
    case 5:
      return { bytesValue: Buffer.from(pick(texts)).toString('base64') };
    case 6:
      return { arrayValue: { values: Array.from({ length: random(4) }, () => oddValue(random, depth + 1)) } };
    default: {
      const values = Array.from({ length: random(4) }, () => ({
        key: pick(['role', 'content', '__proto__', '', 'id']),
        value: oddValue(random, depth + 1),
      }));
      return { kvlistValue: { values } };
    }
  }
}

/** Attribute keys of all recordings, and our own. */
export function keysIn(bodies: readonly Recorded[]): string[] {
  const own = ['feature', 'customer', 'team', 'sample_p', 'outcome.key', 'prompt.version', 'cost'];
  const keys = new Set(own.map((name) => `plimsoll.${name}`));
  for (const { tree } of bodies) {
    for (const each of objectsIn(tree)) if (typeof each['key'] === 'string') keys.add(each['key']);
  }
  return [...keys].toSorted();
}

/** Changes a tree in place so that it stays a request that protobuf can say as well. */
export function mutateTree(tree: Json, keys: readonly string[], random: Random): void {
  const objects = objectsIn(tree);
  const target = objects[random(objects.length)];
  if (target === undefined) return;
  const isAttribute = typeof target['key'] === 'string';
  if (isAttribute && random(3) > 0) {
    if (random(2) === 0) target['key'] = keys[random(keys.length)] ?? '';
    else target['value'] = oddValue(random);
    return;
  }
  const lists = Object.values(target).filter((value) => Array.isArray(value) && value.length > 0) as Json[][];
  const list = lists[random(lists.length)];
  if (list !== undefined && random(3) > 0) mutateList(list, random);
  else mutateFields(target, random);
}

function mutateList(list: Json[], random: Random): void {
  const at = random(list.length);
  if (random(3) === 0 || list.length > 60) list.splice(at, 1);
  else list.splice(random(list.length + 1), 0, structuredClone(list[at]!));
}

function mutateFields(target: Tree, random: Random): void {
  const names = Object.keys(target);
  const name = names[random(names.length)];
  if (name === undefined) return;
  if (name.endsWith('TimeUnixNano')) target[name] = times[random(times.length)] ?? '0';
  else if (/^(traceId|spanId|parentSpanId)$/.test(name)) {
    target[name] = ['', '00'.repeat(16), 'ab', 'ab'.repeat(8), 'cd'.repeat(16), '00'.repeat(8)][random(6)] ?? '';
  } else if (/^(name|version|message|severityText|eventName|description|unit|stringValue)$/.test(name)) {
    target[name] = texts[random(texts.length)] ?? '';
  } else if (/^(code|kind|severityNumber)$/.test(name)) target[name] = random(9) - 1;
  else if (/^(resource|scope|status|body|attributes|events)$/.test(name)) delete target[name];
}
