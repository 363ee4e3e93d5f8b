import { hour } from './fixtures.js';

const iso = (ms: number): string => new Date(ms).toISOString();

/** A steady pseudo-random share, so that screenshots can be compared. */
const share = (seed: number): number => {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return wave - Math.floor(wave);
};

/** Four tiers of 28 days; the first fires at the end. */
export const tierBurns = () => {
  const to = Math.floor(Date.now() / 60_000) * 60_000;
  const from = to - 28 * 24 * hour;
  const tier = (name: string, severity: string, long: string, short: string, factor: number, last: number) => ({
    name,
    severity,
    long,
    short,
    factor,
    points: Array.from({ length: 169 }, (_, index) => {
      const burn = index > 160 ? last : 0.4 + share(index);
      const shortBurn = burn * (0.7 + share(index + 500));
      const isGap = index > 40 && index < 46;
      return {
        t: iso(from + index * 4 * hour),
        long: isGap ? null : burn,
        short: isGap ? null : shortBurn,
        above: !isGap && burn > factor && shortBurn > factor,
      };
    }),
  });
  return {
    from: iso(from),
    to: iso(to),
    bucketSeconds: 4 * 3600,
    tiers: [
      tier('page fast', 'page', '3h', '15m', 4.8, 19.4),
      tier('page slow', 'page', '8h', '40m', 4.5, 3.2),
      tier('ticket quick', 'ticket', '1d', '2h', 3, 1.6),
      tier('ticket slow', 'ticket', '3d', '6h', 13.4, 1.1),
    ],
  };
};

export const traceHeatmap = (measure: string, fromMs: number, toMs: number) => {
  const bands =
    measure === 'quality'
      ? [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
      : [100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000];
  const count = measure === 'quality' ? bands.length : bands.length - 1;
  const bucket = Math.max(10_000, Math.floor((toMs - fromMs) / 60 / 10_000) * 10_000);
  const cells = [];
  for (let t = Math.ceil(fromMs / bucket) * bucket; t < toMs; t += bucket) {
    for (let band = 0; band < count; band += 1) {
      const near = Math.abs(band - count * 0.6) / count;
      const amount = Math.floor(share(t / bucket + band * 71) * 40 * (1 - near) - 8);
      if (amount > 0) cells.push({ t: iso(t), band, count: amount, errors: band > 9 ? 1 : 0 });
    }
  }
  return {
    measure,
    from: iso(fromMs),
    to: iso(toMs),
    bucketSeconds: bucket / 1000,
    bands,
    cells,
    unmeasured: measure === 'quality' ? 1204 : 0,
  };
};

export const traceComparison = () => ({
  selected: 214,
  rest: 4096,
  attributes: [
    {
      dimension: 'promptVersion',
      difference: 0.82,
      values: [
        { value: 'v42', selected: 208, rest: 600 },
        { value: 'v41', selected: 6, rest: 3496 },
      ],
    },
    {
      dimension: 'customer',
      difference: 0.3,
      values: [{ value: 'a customer whose name is longer than any column of a table', selected: 90, rest: 400 }],
    },
    { dimension: 'release', difference: 0, values: [{ value: '2.3.1', selected: 214, rest: 4096 }] },
  ],
});

/** Two of 143 groups, and what is beyond the hundred that are judged apart. */
export const groupDigest = () => ({
  by: ['customer', 'attributes.region'],
  admitted: 100,
  cap: 100,
  otherShare: 0.071,
  firing: 1,
  digest: 'b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184',
  top: [
    {
      key: JSON.stringify({ customer: 'globex', 'attributes.region': 'eu-central-1' }),
      values: { customer: 'globex', 'attributes.region': 'eu-central-1' },
      eligible: 18_204,
      bad: 2114,
      sli: 0.884,
      budgetRemaining: -0.16,
      firing: ['page fast'],
    },
    {
      key: JSON.stringify({ customer: '', 'attributes.region': '' }),
      values: { customer: '', 'attributes.region': '' },
      eligible: 912,
      bad: 11,
      sli: 0.988,
      budgetRemaining: 0.88,
      firing: [],
    },
    { key: 'other', values: {}, eligible: 702, bad: 9, sli: 0.987, budgetRemaining: 0.87, firing: [] },
  ],
});

export const badge = () => ({ path: null, createdBy: null, createdAt: null });

export const clusterEffect = () => ({
  clusters: 412,
  samples: 1_904,
  meanSize: 7.31,
  correlation: 0.22,
  designEffect: 2.388_2,
  because: null,
});

export const judgeError = () => ({
  labels: 212,
  labelsNeeded: 100,
  isUsed: true,
  because: null,
  method: 'rogan_gladen',
  sensitivity: 0.87,
  specificity: 0.968,
  gap: null,
  raw: { errorRatio: 0.083, interval: { low: 0.071, high: 0.097, level: 0.95 } },
  corrected: { errorRatio: 0.061, interval: { low: 0.038, high: 0.089, level: 0.95 } },
});

/** Four hours in steps of five minutes, with a gap of calls, and worse from 90 minutes ago on. */
export const incidentCourse = () => {
  const stepMs = 5 * 60_000;
  const to = Math.floor(Date.now() / stepMs) * stepMs;
  const from = to - 4 * hour;
  const steps = Array.from({ length: (4 * hour) / stepMs }, (_, index) => {
    const at = from + index * stepMs;
    return { at, index, t: iso(at), isWorse: at > to - 1.5 * hour, isGap: index > 9 && index < 13 };
  });
  const called = steps.filter(({ isGap }) => !isGap);
  return {
    from: iso(from),
    to: iso(to),
    stepSeconds: stepMs / 1000,
    currency: 'USD',
    calls: called.map(({ t, index, isWorse }) => ({
      t,
      calls: Math.round(180 + 60 * share(index)),
      errorRatio: 0.01 + 0.02 * share(index + 50),
      p50Ms: (isWorse ? 900 : 700) + 80 * share(index + 100),
      p95Ms: (isWorse ? 3100 : 1900) + 300 * share(index + 150),
      cost: (0.2 + (isWorse ? 0.12 : 0) + 0.04 * share(index + 200)).toFixed(6),
      priced: 180,
    })),
    quality: [
      {
        scorer: 'answer-quality',
        measure: 'ratio',
        points: called.map(({ t, index, isWorse }) => {
          const value = (isWorse ? 0.7 : 0.93) + 0.04 * share(index + 250);
          return { t, n: 20, value, low: Math.max(0, value - 0.18), high: Math.min(1, value + 0.1) };
        }),
      },
    ],
    gpus: [
      {
        id: 'GPU-1',
        name: 'GPU 0 of gpu-a',
        reading: 'busy',
        points: steps.map(({ t, index }) => ({ t, value: 0.5 + 0.3 * share(index + 300) })),
      },
      {
        id: null,
        name: 'Pool llama-70b',
        reading: 'kv',
        points: steps.map(({ t, index, isWorse }) => ({
          t,
          value: (isWorse ? 0.88 : 0.55) + 0.1 * share(index + 350),
        })),
      },
    ],
  };
};
