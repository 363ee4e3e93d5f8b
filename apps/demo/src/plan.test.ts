import { describe, expect, it } from 'vitest';
import { historyArrivals } from './arrivals.js';
import { customers, features, models, promptFault } from './catalogue.js';
import { activeFaults, faultSchedule } from './faults.js';
import { dcgmPage } from './gpu-pages.js';
import { planRequest, type PlannedSpan } from './plan.js';
import { Random } from './random.js';

const startMs = Date.UTC(2026, 10, 22, 12);
const hour = 3_600_000;

const flatten = (span: PlannedSpan): PlannedSpan[] => [span, ...span.children.flatMap(flatten)];

describe('the simulated product', () => {
  it('is as varied as it claims', () => {
    expect(features.length).toBeGreaterThanOrEqual(6);
    expect(Object.keys(models).length).toBeGreaterThanOrEqual(4);
    expect(new Set(customers).size).toBe(20);
    const random = new Random(1);
    const versions = new Set<unknown>();
    for (const at of historyArrivals(new Random(2), startMs)) {
      for (const span of flatten(planRequest(random, at, startMs).root)) {
        if (span.prompt?.name === promptFault.feature) versions.add(span.prompt.version);
      }
    }
    expect([...versions].map(String).sort((a, b) => a.localeCompare(b))).toEqual(['v40', 'v41', 'v42']);
  });

  it('has a history of seven days that is small enough to be scored at once, newest first', () => {
    const arrivals = [...historyArrivals(new Random(3), startMs)];
    expect(arrivals.length).toBeGreaterThan(10_000);
    expect(arrivals.length).toBeLessThan(25_000);
    const oldest = Math.min(...arrivals);
    expect(startMs - oldest).toBeGreaterThan(6.9 * 24 * hour);
    expect(startMs - oldest).toBeLessThanOrEqual(7 * 24 * hour);
    expect(Math.floor(arrivals[0]! / 60_000)).toBeGreaterThan(Math.floor(arrivals.at(-1)! / 60_000));
  });

  it('is the same at every first start', () => {
    const plan = () => planRequest(new Random(4), startMs, startMs);
    expect(plan()).toEqual(plan());
  });

  it('nests every span inside its parent', () => {
    const random = new Random(5);
    for (let index = 0; index < 300; index += 1) {
      for (const span of flatten(planRequest(random, startMs - index * 60_000, startMs).root)) {
        expect(span.endMs).toBeGreaterThanOrEqual(span.startMs);
        for (const child of span.children) expect(child.endMs).toBeLessThanOrEqual(span.endMs);
      }
    }
  });
});

describe('the fault script', () => {
  it('lets only the bad prompt reach into the last two hours of the history', () => {
    for (const offset of [-2 * hour, -1.5 * hour, -0.5 * hour, -1]) {
      const older = [...activeFaults(startMs + offset, startMs)].filter((fault) => fault !== 'badPrompt');
      expect(older).toEqual([]);
    }
    expect(activeFaults(startMs - 1, startMs).has('badPrompt')).toBe(true);
    expect(faultSchedule.badPrompt.from).toBe(-75 * 60_000);
  });

  it('breaks the contract of the bad version and of no other', () => {
    const random = new Random(6);
    const broken = { v41: [0, 0], v42: [0, 0] };
    for (let index = 0; index < 6000; index += 1) {
      const { root, about } = planRequest(random, startMs - 30 * 60_000, startMs);
      if (about.feature !== promptFault.feature) continue;
      const call = flatten(root).find((span) => 'gen_ai.output.messages' in span.attributes);
      if (call === undefined) continue;
      const version = call.prompt?.version as 'v41' | 'v42';
      const [message] = JSON.parse(String(call.attributes['gen_ai.output.messages']));
      broken[version][1]! += 1;
      if (!message.parts[0].content.startsWith('{')) broken[version][0]! += 1;
    }
    expect(broken.v42[0]! / broken.v42[1]!).toBeGreaterThan(0.6);
    expect(broken.v41[0]! / broken.v41[1]!).toBeLessThan(0.02);
  });

  it('shows the XID on one card and only while the fault lasts', () => {
    const xids = (at: number) =>
      dcgmPage(new Random(7), at, startMs)
        .split('\n')
        .filter((line) => /^DCGM_FI_DEV_XID_ERRORS.* 48$/.test(line));
    expect(xids(startMs)).toHaveLength(0);
    expect(xids(startMs + faultSchedule.gpuXid.from)).toHaveLength(1);
  });
});
