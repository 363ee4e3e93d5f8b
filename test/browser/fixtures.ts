import { createHash } from 'node:crypto';

/** Shapes that every page must bear: a story of one incident, with long names, other scripts, HTML and gaps in it. */

export const hour = 3_600_000;
export const minute = 60_000;
export const iso = (ms: number) => new Date(Math.round(ms)).toISOString();
export const hex = (seed: string, length: number) => createHash('sha256').update(seed).digest('hex').slice(0, length);

/** A number in [0,1) that is always the same for the same words. */
export function noise(...words: (string | number)[]): number {
  return Number.parseInt(hex(words.join('/'), 8), 16) / 2 ** 32;
}

const features = ['support-answer', 'sql-copilot', 'doc-summary', 'meeting-notes', 'code-review', 'عربي-مساعد'];
const models = ['gpt-4o-mini', 'claude-sonnet-4-5', 'llama-3.1-70b-instruct', 'mistral-large-2411'];
const customers = [
  'globex',
  'initech',
  'umbrella',
  'hooli <b>GmbH</b> & Co',
  'a-customer-with-a-name-of-sixty-characters-to-see-what-it-does',
];
const pick = <T>(list: readonly T[], ...words: (string | number)[]): T =>
  list[Math.floor(noise(...words) * list.length)] as T;

export const session = () => ({
  user: { id: 'u1', email: 'owner@example.com', name: 'Owner' },
  organisation: { id: 'o1', name: 'Example' },
  projects: [project('default', 'Default', false), project('demo', 'Demo shop', true)],
  scopes: ['admin'],
  version: '0.1.0',
});

function project(slug: string, name: string, simulated: boolean) {
  return {
    id: `p-${slug}`,
    slug,
    name,
    simulated,
    currency: 'USD',
    timeZone: 'UTC',
    spanRetentionDays: 90,
    payloadRetentionDays: 30,
    ownRetention: { spanDays: null, payloadDays: null },
    createdAt: iso(Date.now() - 40 * 24 * hour),
  };
}

function spark(seed: string, start: number, end: number) {
  const now = Date.now();
  return Array.from({ length: 28 }, (_, index) => ({
    t: iso(now - (28 - index) * 24 * hour),
    v: index === 11 ? null : start + ((end - start) * index) / 27 + (noise(seed, index) - 0.5) * 0.02,
  }));
}

function summary(index: number) {
  const now = Date.now();
  const kinds = ['quality', 'latency', 'cost', 'error'] as const;
  const kind = kinds[index % 4] ?? 'quality';
  const feature = features[index % features.length] ?? null;
  const titles = {
    quality: `${feature} quality 0.73 is below its target 0.90`,
    latency: `${feature} answers in 6.1 s, slower than its target 4 s`,
    cost: `${feature} costs $0.031 per request, above its ceiling $0.02`,
    error: `${feature} fails 4.2 % of calls, above its target 1 %`,
  };
  return {
    id: `inc-${204 + index}`,
    reference: `INC-${204 + index}`,
    severity: index % 3 === 1 ? 'ticket' : 'page',
    state: index === 2 ? 'acknowledged' : index > 3 ? 'resolved' : 'triggered',
    title: titles[kind],
    objectiveSlug: `${feature}-${kind}`,
    objectiveName: `${feature} ${kind}`,
    kind,
    group: {},
    feature,
    value: 0.73,
    valueInterval: kind === 'quality' ? { low: 0.67, high: 0.79, level: 0.95 } : null,
    target: '0.90',
    burnRate: 19.4 / (index + 1),
    openedAt: iso(now - 70 * minute),
    onsetAt: iso(now - 84 * minute - index * hour),
    resolvedAt: index > 3 ? iso(now - 20 * minute) : null,
    assignee: null,
    acknowledgedBy: index === 2 ? 'kim' : null,
    topSuspect: index % 2 === 0 ? { title: 'prompt support-answer v41 to v42', band: 'strong' } : null,
    alerts: index === 0 ? 3 : 1,
    flapping: index === 1,
    spark: spark(`inc${index}`, 0.93, 0.73),
  };
}

export const incidents = (state: string) => {
  const all = Array.from({ length: 7 }, (_, index) => summary(index));
  const wanted: Record<string, string> = { open: 'triggered', acknowledged: 'acknowledged', resolved: 'resolved' };
  return {
    items: all.filter((item) => state === 'all' || item.state === wanted[state]),
    nextCursor: null,
    counts: { open: 3, acknowledged: 1, resolved: 3 },
  };
};

function suspect(rank: number, change: Partial<Record<string, unknown>>) {
  return {
    id: `s${rank}`,
    rank,
    kind: 'prompt',
    title: 'prompt support-answer v41 to v42',
    attribute: 'promptVersion',
    from: 'v41',
    to: 'v42',
    changedAt: iso(Date.now() - 90 * minute),
    changeId: 'c1',
    band: 'strong',
    score: 25,
    share: 0.99,
    explained: 0.946,
    riskDifference: 0.31,
    exposedShare: 0.7,
    beforeRate: 0.048,
    afterRate: 0.358,
    exposed: { n: 1204, bad: 431 },
    unexposed: { n: 2104, bad: 101 },
    control: 'concurrent',
    minutesBeforeOnset: 6,
    groupedWith: [],
    excludedReason: null,
    verdict: 'open',
    ...change,
  };
}

/** What an incident shows while the store of calls is away. */
const withoutCalls = () => ({
  state: 'triggered',
  resolvedAt: null,
  acknowledgedBy: null,
  storeAway: { since: iso(Date.now() - 41 * minute) },
  impact: null,
  affected: [],
  series: [],
  coverage: null,
  changes: [],
  spark: [],
  figures: [],
  budgetExhaustsAt: null,
});

export const incident = (id: string) =>
  id === 'inc-213' ? { ...wholeIncident(id), ...withoutCalls() } : wholeIncident(id);

const alertCounts = {
  longSeconds: 3600,
  shortSeconds: 300,
  eligibleLong: 214,
  badLong: 61,
  eligibleShort: 20,
  badShort: 8,
};

/** Three groups that fire together, one with a name as long as names may be. */
const incidentGroups = (base: ReturnType<typeof summary>) =>
  ['globex', customers[4] ?? '', 'umbrella'].map((customer, index) => ({
    incidentId: index === 0 ? base.id : `inc-${220 + index}`,
    reference: index === 0 ? base.reference : `INC-${220 + index}`,
    group: { feature: 'support-answer', customer },
    title: base.title,
    firing: index === 2 ? [] : index === 1 ? ['page fast', 'ticket slow'] : ['page fast'],
  }));

const wholeIncident = (id: string) => {
  const index = Number(id.replace('inc-', '')) - 204;
  const now = Date.now();
  const base = summary(Number.isFinite(index) ? index : 0);
  const start = now - 6 * hour;
  return {
    ...base,
    seq: 7,
    onsetInterval: { from: iso(now - 90 * minute), to: iso(now - 80 * minute) },
    budgetRemaining: 0.17,
    budgetExhaustsAt: iso(now + 35 * minute),
    coverage: base.kind === 'quality' ? { scored: 214, population: 4310 } : null,
    whyFired: [
      'burn(1h) = (61 / 214) / (1 - 0.90) = 2.85 > 2.4',
      'burn(5m) = 0.41 / 0.1 = 4.1 > 2.4',
      'raw bad 61 >= 5',
    ],
    storeAway: null,
    impact: { calls: 1180, users: 342, cost: '18.4211', budgetSpent: 0.83 },
    suspects: [
      suspect(1, {}),
      suspect(2, {
        kind: 'model',
        title: 'model gpt-4o-mini share 20 % to 30 %',
        attribute: 'responseModel',
        band: 'weak',
        riskDifference: 0.02,
        explained: 0.043,
        minutesBeforeOnset: 40,
      }),
      suspect(3, {
        kind: 'release',
        title: 'release 2.3.1',
        attribute: 'release',
        band: 'excluded',
        riskDifference: null,
        explained: null,
        minutesBeforeOnset: -12,
        excludedReason: 'after onset',
        beforeRate: null,
        afterRate: null,
        exposed: null,
        unexposed: null,
        control: null,
      }),
      suspect(4, {
        kind: 'unknown',
        title: 'unknown',
        attribute: null,
        band: 'weak',
        riskDifference: null,
        explained: 0.05,
        minutesBeforeOnset: null,
        beforeRate: null,
        afterRate: null,
        exposed: null,
        unexposed: null,
        control: null,
      }),
    ],
    groups: index === 0 ? incidentGroups(base) : [],
    suspectVerdict: 'One change explains 95 % of the rise; the rest is within noise.',
    unknownShare: 0.05,
    timeline: [
      ['changed prompt support-answer v41 to v42', 90, null],
      ['onset estimated', 84, 'between 13:02 and 13:12 UTC'],
      ['alert fired: page fast', 71, 'burn 19.4 over 1 h, 21.0 over 5 min', alertCounts],
      ['incident opened', 70, null],
      ['notification sent to webhook on-call', 70, 'answered 200 in 120 ms'],
      ['budget below 25 %', 30, null],
      [
        'GPU 1 of gpu-node-1: clocks are held down (thermal)',
        95,
        'clock event hw_thermal 0.2 (threshold >= 0.2 of the window); check cooling',
      ],
      [
        'Sampling burst started: judge-helpful looks at 4 times as many calls',
        74,
        'An early warning of a lasting fall, at less evidence than opens a ticket',
      ],
    ].map(([title, ago, detail, snapshot = {}], seq) => ({
      seq,
      at: iso(now - Number(ago) * minute),
      kind: 'event',
      title,
      detail,
      actor: seq === 0 ? 'deploy-bot' : null,
      link: null,
      snapshot,
    })),
    affected: customers.map((customer, place) => ({
      feature: base.feature,
      customer,
      calls: 1902 - place * 311,
      bad: 720 - place * 130,
      badShare: 0.38 - place * 0.05,
      users: 120 - place * 20,
      cost: String(6.14 - place),
    })),
    changes: [
      {
        id: 'c1',
        at: iso(now - 90 * minute),
        kind: 'prompt',
        feature: base.feature,
        attribute: 'promptVersion',
        from: 'v41',
        to: 'v42',
        title: 'prompt v42',
        link: null,
        actor: null,
        source: 'first_seen',
      },
      {
        id: 'c2',
        at: iso(now - 4 * hour),
        kind: 'model',
        feature: base.feature,
        attribute: 'responseModel',
        from: null,
        to: 'gpt-4o-mini',
        title: 'model gpt-4o-mini',
        link: null,
        actor: null,
        source: 'first_seen',
      },
    ],
    series: Array.from({ length: 72 }, (_, at) => {
      const bad = at < 55 ? 0.05 + noise('q', at) * 0.03 : 0.26 + noise('q', at) * 0.06;
      const gap = at === 20 || at === 21;
      return {
        t: iso(start + at * 5 * minute),
        eligible: 60,
        bad: Math.round(60 * bad),
        ratio: gap ? null : bad,
        low: gap ? null : Math.max(0, bad - 0.05),
        high: gap ? null : bad + 0.05,
      };
    }),
    runbook:
      '# Quality drops\n1. Look at the first suspect.\n2. Roll the prompt back.\n3. Watch the chart for 10 minutes.',
    escalation: null,
    runbookDetail: {
      name: 'Quality falls',
      body: '- [x] Compare the prompts\n- [ ] Roll back to v41',
      steps: [
        { step: 1, text: 'Compare the prompts', done: true, by: 'kim', at: iso(now - 10 * minute) },
        { step: 2, text: 'Roll back to v41', done: false, by: null, at: null },
      ],
      actions: [
        {
          name: 'roll-back',
          title: 'Roll the prompt back',
          host: 'deploy.example.com',
          parameters: { version: 'v41' },
          missing: [],
        },
      ],
    },
    notifications: [],
    figures: [],
    imported: false,
    nextSteps: [{ title: 'Roll back to v41', command: 'plimsoll prompt rollback support-answer v41', link: null }],
  };
};

export const examples = () => {
  const one = (side: string, index: number) => ({
    traceId: hex(`${side}${index}`, 32),
    spanId: hex(`${side}${index}`, 16),
    at: iso(Date.now() - index * minute),
    feature: 'support-answer',
    customer: pick(customers, side, index),
    promptVersion: side === 'bad' ? 'v42' : 'v41',
    model: 'gpt-4o-mini',
    input: 'My invoice of October shows the plan twice. Which one do I pay? <script>alert(1)</script> 🙂',
    output:
      side === 'bad'
        ? 'I am sorry, I cannot help with that. '.repeat(8)
        : 'You only pay the line marked "current". The other one is the plan you left on 3 October and is credited.',
    reason:
      side === 'bad'
        ? 'The answer refuses a question that it could answer.'
        : 'Answers the question with the right line.',
    latencyMs: 1243,
    cost: '0.00182',
  });
  return {
    bad: Array.from({ length: 12 }, (_, index) => one('bad', index)),
    good: Array.from({ length: 9 }, (_, index) => one('good', index)),
    concentrations: [
      {
        where: { promptVersion: 'v42', customer: 'hooli <b>GmbH</b> & Co' },
        n: 210,
        bad: 96,
        share: 0.41,
        lift: 2.7,
        q: 0.0004,
      },
    ],
    explanations: [
      {
        attribute: 'promptVersion',
        explanatoryPower: 0.93,
        surprise: 0.21,
        values: [{ value: 'v42', explanatoryPower: 0.93, surprise: 0.21 }],
      },
    ],
    comparison: [
      {
        attribute: 'promptVersion',
        difference: 0.6,
        values: [
          { value: 'v42', badShare: 0.93, goodShare: 0.31 },
          { value: 'v41', badShare: 0.07, goodShare: 0.69 },
        ],
      },
      {
        attribute: 'customer',
        difference: 0.08,
        values: [
          { value: 'globex', badShare: 0.3, goodShare: 0.22 },
          { value: 'initech', badShare: 0.2, goodShare: 0.25 },
        ],
      },
    ],
  };
};

const statuses = ['breached', 'at_risk', 'uncertain', 'met', 'insufficient', 'no_traffic', 'no_data', 'met'] as const;

function objectiveSummary(index: number) {
  const kinds = ['quality', 'latency', 'error', 'cost'] as const;
  const kind = kinds[index % 4] ?? 'quality';
  const feature = features[index % features.length] ?? null;
  const status = statuses[index % statuses.length] ?? 'met';
  const empty = status === 'no_traffic' || status === 'no_data';
  const remaining = empty ? null : [-0.12, 0.17, 0.34, 0.81, 0.9, 0, 0, 0.97][index % 8];
  return {
    id: `o${index}`,
    slug: index === 0 ? 'support-answer-quality' : `objective-${index}`,
    name: `${feature} ${kind}`,
    kind,
    feature,
    owner: index % 2 ? 'ml-platform' : null,
    target: kind === 'quality' ? '0.90' : '0.99',
    targetText:
      kind === 'latency' ? 'first token below 800 ms for 99 %' : kind === 'quality' ? 'answers pass for 90 %' : '99 %',
    windowText: '28-day rolling',
    sli: empty ? null : 0.917 - index * 0.001,
    unitCost: kind === 'cost' && !empty ? '0.000338123456' : null,
    sliInterval: kind === 'quality' && !empty ? { low: 0.903, high: 0.929, level: 0.95 } : null,
    eligible: 98240,
    bad: 8154,
    coverage: kind === 'quality' ? { scored: 4912, population: 98240 } : null,
    budget: {
      remaining,
      consumed: typeof remaining === 'number' ? 1 - remaining : null,
      allowedBad: 9824,
      exhaustsInSeconds: index === 1 ? 7200 : null,
      text: '8,154 of 9,824 failures',
    },
    burnRate: empty ? null : 19.4 / (index + 1),
    status,
    statusReason: 'burn 19.4 over 1 h',
    openIncidentId: index === 0 ? 'inc-204' : null,
    spark: empty ? [] : spark(`o${index}`, 0.9, remaining ?? 0),
    asOf: iso(Date.now() - 2 * minute),
  };
}

export const objectives = () => ({
  items: Array.from({ length: 8 }, (_, index) => objectiveSummary(index)),
  nextCursor: null,
});

/** Thresholds of every kind beside a preset, and minutes that are counted instead of calls. */
const everyAlert = {
  indicator: { kind: 'error' },
  policy: {
    preset: 'google',
    thresholds: [
      { name: 'too many', severity: 'ticket', over: '0.05', window: '1h', for: '5m' },
      { name: 'gone tomorrow', severity: 'ticket', exhaustsIn: '24h' },
      { name: 'a tenth at once', severity: 'page', drop: '0.1', window: '6h' },
    ],
  },
  timeslice: { target: '0.95' },
};

export const objective = (slug: string) => {
  const index = slug === 'support-answer-quality' ? 0 : Number(slug.replace('objective-', '')) || 0;
  const base = objectiveSummary(index);
  const tier = (name: string, severity: string, long: string, short: string, factor: number, burn: number) => ({
    name,
    rule: 'burn_rate',
    severity,
    long,
    short,
    factor,
    burnLong: burn,
    burnShort: burn * 1.08,
    fires: burn > factor,
    state: burn > factor ? 'firing' : 'inactive',
    reachable: factor < 10,
    detectionSeconds: 840,
    resetSeconds: 900,
  });
  return {
    ...base,
    definition: {
      slug: base.slug,
      name: base.name,
      description: 'Support answers pass the judge.',
      indicator: { kind: 'quality', scorer: 'judge-helpful', measure: 'ratio', passMark: 0.5 },
      filter: { feature: [base.feature] },
      groupBy: [],
      unit: 'call',
      target: base.target,
      window: '28d',
      policy: 'google',
      stretch: true,
      volumeAware: false,
      alerting: true,
      decision: {
        chosen: 'gpt-4o-mini for support answers',
        why: 'A quarter of the price, and reviewers saw no difference.',
        reviewWhen: 'it costs over $500 a month',
      },
      ...(index === 2 ? everyAlert : {}),
    },
    revision: 3,
    createdAt: iso(Date.now() - 30 * 24 * hour),
    updatedAt: iso(Date.now() - 3 * 24 * hour),
    tiers: [
      tier('page fast', 'page', '3h', '15m', 4.8, 19.4),
      tier('page slow', 'page', '8h', '40m', 4.5, 3.2),
      tier('ticket quick', 'ticket', '1d', '2h', 3, 1.6),
      tier('ticket slow', 'ticket', '3d', '6h', 13.4, 1.1),
      ...(index === 2
        ? [
            { ...tier('outage', 'page', '5m', '5m', 50, 0.2), rule: 'outage' },
            { ...tier('gone tomorrow', 'ticket', '6h', '30m', 4.2, 0.9), rule: 'exhaustion' },
          ]
        : []),
    ],
    warnings: ['Stock windows cannot page at a target of 90 %; the long window was stretched to 3 h.'],
    groups: null,
    judgeError: null,
    clusterEffect: null,
    precision: {
      ...precisionOf(9, 7, 6),
      tiers: [
        { name: 'page fast', ...precisionOf(7, 6, 6) },
        { name: 'ticket slow', ...precisionOf(4, 2, 1) },
      ],
    },
    review: { dueSince: iso(Date.now() - 3 * hour), cause: 'the alert dear fired' },
    selfTest: null,
  };
};

function precisionOf(of: number, judged: number, real: number) {
  const enough = judged >= 5;
  const interval = real === judged ? { low: 0.61, high: 1, level: 0.95 } : { low: 0.487, high: 0.974, level: 0.95 };
  return { of, judged, real, share: enough ? real / judged : null, interval: enough ? interval : null };
}

export const objectiveSeries = () => {
  const now = Date.now();
  const from = now - 28 * 24 * hour;
  return {
    bucketSeconds: 3600 * 4,
    from: iso(from),
    to: iso(now),
    points: Array.from({ length: 168 }, (_, index) => {
      const late = index > 160 ? 0.2 : 0;
      const ratio = 0.05 + noise('o', index) * 0.04 + late;
      const remaining =
        index > 40 && index < 46 ? null : 1 - index * 0.0062 - (index > 160 ? (index - 160) * 0.016 : 0);
      return {
        t: iso(from + index * 4 * hour),
        eligible: 580 + Math.round(noise('e', index) * 80),
        bad: Math.round(580 * ratio),
        errorRatio: ratio,
        low: ratio - 0.01,
        high: ratio + 0.01,
        burnRate: ratio / 0.1,
        budgetRemaining: index === 167 ? -0.12 : remaining,
        cost: null,
      };
    }),
  };
};

export const spenders = () => ({
  items: [
    ['promptVersion', 'v42', 0.31],
    ['promptVersion', 'v41', 0.12],
    ['model', 'gpt-4o-mini', 0.4],
    ['customer', 'globex', 0.22],
    ['customer', customers[4], 0.09],
  ].map(([dimension, value, budgetShare]) => ({
    dimension,
    value,
    eligible: 4310,
    bad: 1180,
    errorRatio: 0.27,
    budgetShare,
  })),
  nextCursor: null,
});

export const backtest = () => ({
  from: iso(Date.now() - 28 * 24 * hour),
  to: iso(Date.now()),
  minutes: 40320,
  pages: [
    {
      firedAt: iso(Date.now() - 70 * minute),
      resolvedAt: null,
      tier: 'page fast',
      severity: 'page',
      group: { customer: 'globex' },
      peakBurn: 21,
      detectionSeconds: 240,
      resetSeconds: null,
      incident: { id: 'inc-204', reference: 'INC-204', label: 'real' },
    },
    {
      firedAt: iso(Date.now() - 9 * 24 * hour),
      resolvedAt: iso(Date.now() - 9 * 24 * hour + hour),
      tier: 'ticket quick',
      severity: 'ticket',
      group: { customer: '' },
      peakBurn: 3.4,
      detectionSeconds: 5400,
      resetSeconds: 1500,
      incident: null,
    },
  ],
  precision: { page: precisionOf(1, 1, 1), ticket: precisionOf(1, 0, 0) },
  tiers: [
    {
      name: 'page fast',
      rule: 'burn_rate',
      severity: 'page',
      long: '1h',
      short: '5m',
      factor: 13.44,
      reachable: true,
      delays: [{ errorRatio: 1, detectionSeconds: 484, resetSeconds: 260 }],
    },
  ],
  budgetRemaining: -0.12,
  series: objectiveSeries().points,
  warnings: [],
});

function traceSummary(index: number) {
  const start = Date.now() - index * 47_000 - noise('t', index) * 20_000;
  const durationMs = 300 + noise('d', index) * 9000;
  const failed = noise('f', index) < 0.12;
  return {
    traceId: hex(`trace${index}`, 32),
    name: index % 9 === 0 ? 'a root span with a very long name that goes on and on until the column ends' : 'chat',
    startTime: iso(start),
    endTime: iso(start + durationMs),
    durationMs,
    rootMissing: index === 3,
    service: 'shop-api',
    feature: features[index % features.length] ?? null,
    customer: pick(customers, 'c', index),
    promptName: 'support',
    promptVersion: index % 3 ? 'v42' : 'v41',
    prompts: ['v42', 'v41', 'v40']
      .slice(0, index % 4)
      .map((version, at) => ({ name: 'support', version, spans: 3 - at })),
    userId: null,
    sessionId: null,
    models: [models[index % models.length] ?? ''],
    spans: 3 + (index % 5),
    calls: 2,
    errors: failed ? 1 : 0,
    status: failed ? 'error' : 'ok',
    tokensInput: 1200 + index * 13,
    tokensOutput: 240 + index,
    cost: index % 7 === 0 ? null : (0.0004 + noise('m', index) * 0.02).toFixed(8),
    costCurrency: 'USD',
    unpricedCalls: index % 7 === 0 ? 2 : 0,
    ttftMs: 312.4,
    quality: index % 4 === 0 ? null : noise('g', index) > 0.25 ? 1 : 0.5,
    failedScorers: index % 4 && noise('g', index) <= 0.25 ? ['judge-helpful'] : [],
  };
}

export const traces = (cursor: string | undefined) => {
  const start = Number(cursor ?? 0);
  return {
    items: Array.from({ length: 100 }, (_, index) => traceSummary(start + index)),
    nextCursor: start >= 900 ? null : String(start + 100),
  };
};

export const traceOverview = (from: number, to: number) => {
  const buckets = 60;
  const step = Math.max(1000, (to - from) / buckets);
  return {
    total: 4310,
    bucketSeconds: Math.round(step / 1000),
    histogram: Array.from({ length: buckets }, (_, index) => ({
      t: iso(from + index * step),
      count: 40 + Math.round(noise('h', index) * 50),
      errors: Math.round(noise('he', index) * 8),
    })),
    facets: [
      { dimension: 'feature', values: features.map((value, index) => ({ value, count: 900 - index * 120 })) },
      { dimension: 'model', values: models.map((value, index) => ({ value, count: 1900 - index * 420 })) },
      { dimension: 'customer', values: customers.map((value, index) => ({ value, count: 800 - index * 120 })) },
      {
        dimension: 'promptVersion',
        values: [
          { value: 'v42', count: 2800 },
          { value: 'v41', count: 1510 },
        ],
      },
    ],
  };
};

function span(traceId: string, index: number, total: number, start: number) {
  const call = index % 3 === 2;
  const begin = start + index * 120;
  const length = index === 0 ? total * 140 : 300 + noise(traceId, index) * 900;
  return {
    traceId,
    spanId: hex(`${traceId}${index}`, 16),
    parentSpanId: index === 0 ? null : hex(`${traceId}${index > 4 ? index - 4 : 0}`, 16),
    name:
      index === 0
        ? 'POST /chat'
        : call
          ? 'chat gpt-4o-mini'
          : index % 3 === 1
            ? 'retrieve documents'
            : 'tool lookup_invoice',
    kind: index === 0 ? 'chain' : call ? 'generation' : index % 3 === 1 ? 'retriever' : 'tool',
    startTime: iso(begin),
    endTime: iso(begin + length),
    startTimeUnixNano: `${Math.round(begin)}000000`,
    endTimeUnixNano: `${Math.round(begin + length)}000000`,
    latencyMs: length,
    finished: true,
    service: 'shop-api',
    scopeName: 'openai',
    provider: call ? 'openai' : null,
    requestModel: call ? 'gpt-4o-mini' : null,
    responseModel: call ? 'gpt-4o-mini-2024-07-18' : null,
    feature: 'support-answer',
    customer: 'globex',
    team: null,
    environment: 'production',
    release: '2.3.1',
    promptName: 'support',
    promptVersion: 'v42',
    userId: 'user-17',
    sessionId: 'session-4',
    conversationId: null,
    tags: ['beta'],
    metadata: {},
    usage: {
      input: call ? 1240 : null,
      output: call ? 212 : null,
      cachedInput: null,
      cacheWriteInput: null,
      reasoningOutput: null,
    },
    tokens: call ? { input: 1240, output: 212 } : null,
    cost: call ? '0.00031320' : null,
    costCurrency: call ? 'USD' : null,
    costSource: call ? 'price_book' : 'none',
    unpricedTokens: 0,
    ttftMs: call ? 312.4 : null,
    ttftSource: call ? 'attribute' : null,
    stream: call,
    finishReason: call ? 'stop' : null,
    status: index === 7 ? 'error' : 'ok',
    spanStatusCode: index === 7 ? 2 : 0,
    httpStatus: null,
    error: index === 7 ? { type: 'TimeoutError', message: 'the tool did not answer in 30 s' } : null,
    system: call ? 'You answer questions of customers about invoices.' : null,
    input: call
      ? [
          { role: 'system', text: 'You answer questions of customers about invoices.' },
          { role: 'user', text: 'My invoice shows the plan twice. <img src=x onerror=alert(1)> 🙂 شكرا' },
          { role: 'assistant', text: null },
        ]
      : null,
    output: call ? 'You only pay the line marked "current".\n\n'.repeat(index === 2 ? 60 : 2) : null,
    toolCalls: call ? [{ id: 'call_1', name: 'lookup_invoice', arguments: { id: 'inv_1' } }] : null,
    tools: call ? ['lookup_invoice'] : null,
    contentFromLogs: false,
    cut: [],
    attributes: { 'gen_ai.system': 'openai', 'gen_ai.request.temperature': '0.2', 'server.address': 'api.openai.com' },
    resource: { 'service.name': 'shop-api' },
    scores: call
      ? [
          {
            scorer: 'judge-helpful',
            scorerVersion: '3',
            value: 0.2,
            passed: false,
            label: null,
            reason: 'Refuses.',
            source: 'judge',
          },
          { scorer: 'refusal', scorerVersion: '1', value: 1, passed: true, label: null, reason: null, source: 'rule' },
        ]
      : [],
  };
}

export const trace = (traceId: string) => {
  const total = traceId.startsWith('0') ? 2000 : 14;
  const start = Date.now() - 10 * minute;
  const items = Array.from({ length: total }, (_, index) => span(traceId, index, total, start));
  return { ...traceSummary(1), traceId, durationMs: total * 140, spans: total, items };
};

export const costs = (groupBy: string, month: string) => {
  const names: Record<string, readonly string[]> = {
    feature: features,
    model: models,
    customer: customers,
    outcome: ['resolved', 'ticket_opened'],
    team: ['support', 'growth'],
  };
  const keys = names[groupBy] ?? features;
  const days = 22;
  const [year, monthNumber] = month.split('-').map(Number);
  const first = Date.UTC(year ?? 2026, (monthNumber ?? 11) - 1, 1);
  const daily = (key: string, day: number) => Math.round((20 + noise(key, day) * 40) * 100);
  const dayRows = Array.from({ length: days }, (_, index) => {
    const byKey = Object.fromEntries(keys.map((key) => [key, (daily(key, index) / 100).toFixed(2)]));
    const amount = keys.reduce((sum, key) => sum + daily(key, index), 0);
    return { day: iso(first + index * 24 * hour).slice(0, 10), amount: (amount / 100).toFixed(2), byKey };
  });
  const rows = keys.map((key) => {
    const amount = Array.from({ length: days }, (_, index) => daily(key, index)).reduce((sum, value) => sum + value, 0);
    return {
      key,
      kind: 'value',
      cents: amount,
      amount: (amount / 100).toFixed(2),
      previousAmount: (amount / 130).toFixed(2),
      calls: 210_000,
      tokens: 81_000_000,
      outcomes: 4000,
      successes: 2480,
      costPerOutcome: (amount / 100 / 4000).toFixed(6),
      costPerSuccess: (amount / 100 / 2480).toFixed(6),
      outcomeRate: 0.62,
      provisionalShare: 0.1,
      budget: key === keys[0] ? '1200.00' : null,
    };
  });
  const remainder = (key: string, kind: string, cents: number) => ({
    ...(rows[0] as (typeof rows)[number]),
    key,
    kind,
    cents,
    amount: (cents / 100).toFixed(2),
    previousAmount: null,
    outcomes: 0,
    successes: 0,
    costPerOutcome: null,
    costPerSuccess: null,
    outcomeRate: null,
    provisionalShare: null,
    budget: null,
  });
  const all = [...rows, remainder('GPU idle', 'gpu_idle', 188_012), remainder('Unallocated', 'unallocated', 74_631)];
  const total = all.reduce((sum, row) => sum + row.cents, 0);
  return {
    from: iso(first),
    to: iso(first + 30 * 24 * hour),
    timeZone: 'UTC',
    currency: 'USD',
    groupBy,
    total: (total / 100).toFixed(2),
    previousTotal: (total / 120).toFixed(2),
    allocatedShare: 0.959,
    unallocated: '746.31',
    unpricedCalls: 312,
    unpricedTokens: 410_000,
    unpricedModels: ['my-local-model', 'another-model'],
    fallbackCalls: 0,
    usageConflicts: 0,
    priceVersion: '2026-11-01',
    forecast: { amount: '27900.00', low: '25800.00', high: '30100.00', method: 'weekday means of the last 4 weeks' },
    budget: {
      amount: '26000.00',
      exceededOn: null,
      forecastExceedsOn: iso(first + 26 * 24 * hour),
      pace: 1.07,
      marks: [{ mark: '50 %', at: iso(first + 13 * 24 * hour) }],
    },
    days: dayRows,
    items: all.map(({ cents: _, ...row }) => row),
    asOf: iso(Date.now() - 3 * minute),
    notes: ['Three keys send calls without a feature.'],
  };
};

export const budgets = () => {
  const first = Date.UTC(2026, 10, 1);
  const at = (day: number) => iso(first + day * 24 * hour);
  const shared = { period: 'month', timeZone: 'UTC', from: at(0), to: at(30), day: 14, days: 30 };
  const items = [
    {
      ...shared,
      id: 'b1',
      name: 'All models',
      scope: {},
      amount: '26000.00',
      spent: '13020.40',
      forecast: '27900.00',
      forecastLow: '25800.00',
      forecastHigh: '30100.00',
      pace: 1.07,
      marks: [
        { mark: '50 %', at: at(13) },
        { mark: 'forecast 100 %', at: null },
      ],
    },
    {
      ...shared,
      id: 'b2',
      name: 'Support',
      scope: { feature: 'support-answer' },
      amount: '1200.00',
      spent: '1240.00',
      forecast: null,
      forecastLow: null,
      forecastHigh: null,
      pace: 2.21,
      marks: ['50 %', '80 %', '100 %'].map((mark, index) => ({ mark, at: at(6 + 3 * index) })),
    },
  ];
  return { items, nextCursor: null };
};

function driftSummary(index: number) {
  const now = Date.now();
  const verdicts = ['regression', 'change', 'quiet', 'insufficient', 'input_mix_changed', 'inconclusive'] as const;
  const verdict = verdicts[index % verdicts.length] ?? 'quiet';
  return {
    id: `d${index}`,
    monitorId: 'm1',
    title: `${features[index % features.length]}: last 24 h against the 7 days before`,
    feature: features[index % features.length] ?? '',
    verdict,
    headline: verdict === 'quiet' ? 'No signal moved.' : '3 of 14 signals moved; quality 0.94 to 0.73.',
    createdAt: iso(now - index * hour),
    currentFrom: iso(now - 24 * hour),
    currentTo: iso(now),
    referenceTitle: 'prompt v41, 1 to 14 Nov',
    nReference: verdict === 'insufficient' ? 83 : 25_100,
    nCurrent: 12_400,
    moved: verdict === 'quiet' ? 0 : 3,
    signals: 14,
  };
}

export const driftReports = () => ({
  items: Array.from({ length: 6 }, (_, index) => driftSummary(index)),
  nextCursor: null,
});

export const driftMonitors = () => ({
  items: [
    {
      id: 'm1',
      name: 'support answers',
      feature: 'support-answer',
      reference: 'rolling',
      referenceDays: 7,
      currentHours: 24,
      enabled: true,
      lastRunAt: iso(Date.now() - hour),
      lastVerdict: 'regression',
    },
  ],
  nextCursor: null,
});

export const driftReport = (id: string) => {
  const names = ['answer length', 'topic mix', 'judge-helpful', 'refusal rate', 'language', 'input length', 'latency'];
  const example = (side: string, index: number) => ({
    traceId: hex(`${side}${index}`, 32),
    spanId: hex(`${side}${index}`, 16),
    at: iso(Date.now() - index * hour),
    input: 'Where is my parcel?',
    output: side === 'before' ? 'It is in Lyon and arrives tomorrow.' : 'I cannot help with that.',
    promptVersion: side === 'before' ? 'v41' : 'v42',
    model: 'gpt-4o-mini',
  });
  return {
    ...driftSummary(Number(id.replace('d', '')) || 0),
    items: names.map((title, index) => ({
      name: title.replace(' ', '_'),
      title,
      kind: index % 2 ? 'categorical' : 'numeric',
      test: index % 2 ? 'chi-square' : 'Kolmogorov-Smirnov',
      statistic: 0.31 - index * 0.04,
      p: index < 3 ? 1e-7 : 0.4,
      q: index < 3 ? 5e-7 : index === 6 ? null : 0.52,
      effect: 0.31 - index * 0.04,
      effectName: index % 2 ? "Cramér's V" : 'D',
      effectFloor: 0.15,
      psi: 0.29,
      js: 0.08,
      referenceMean: 312 - index,
      currentMean: 188,
      drifted: index < 3,
      direction: index === 2 ? 'worse' : 'neutral',
      minimumDetectableEffect: 0.02,
      distribution: {
        buckets: ['0..100', '100..200', '200..400', '400..800', '800..1600'],
        reference: [0.05, 0.2, 0.4, 0.3, 0.05],
        current: [0.2, 0.45, 0.25, 0.08, 0.02],
      },
    })),
    before: Array.from({ length: 5 }, (_, index) => example('before', index)),
    after: Array.from({ length: 5 }, (_, index) => example('after', index)),
    notes: ['14 signals tested, false discovery rate held at 5 % (Benjamini-Hochberg).'],
  };
};

function reading(index: number) {
  const idle = index % 9 === 8;
  return {
    gpuUtil: idle ? 0 : 0.98,
    smActive: index === 5 ? null : idle ? 0 : 0.3 + noise('sm', index) * 0.6,
    smOccupancy: 0.12,
    tensorActive: index === 5 ? null : idle ? 0 : noise('te', index) * 0.5,
    dramActive: idle ? 0 : 0.5 + noise('dr', index) * 0.3,
    fbUsedMib: 71_200,
    fbTotalMib: 81_559,
    powerWatts: idle ? 72 : 610,
    temperatureCelsius: idle ? 34 : 68,
    smClockMhz: 1755,
    pcieRxBytes: 1.2e9,
    pcieTxBytes: 4e8,
    xid: index === 3 ? 79 : null,
  };
}

export const gpus = () => ({
  items: Array.from({ length: 16 }, (_, index) => ({
    id: `GPU-${hex(`gpu${index}`, 8)}-aaaa`,
    host: `gpu-node-${Math.floor(index / 8) + 1}`,
    index: String(index % 8),
    model: 'NVIDIA H100 80GB HBM3',
    migProfile: null,
    owner: index % 9 === 8 ? 'vllm-llama-70b-0' : `vllm-llama-70b-${index}`,
    pool: 'llama-70b',
    at: iso(Date.now() - 20_000),
    reading: reading(index),
    verdict: index === 3 ? 'fault' : index % 9 === 8 ? 'idle' : index % 2 ? 'memory_bandwidth_bound' : 'compute_bound',
    subReason: index === 3 ? 'XID 79' : index % 9 === 8 ? 'held' : null,
    confidence: index === 5 ? 'low' : 'high',
    evidence: [
      { series: 'tensorActive', value: 0.31, threshold: '< 0.25' },
      { series: 'dramActive', value: 0.71, threshold: '>= 0.60' },
    ],
    nextStep: index === 3 ? 'Drain the node, then reset the GPU.' : 'Larger batch, quantise, speculative decoding.',
    hourlyCost: '2.50',
  })),
  pools: [
    {
      pool: 'llama-70b',
      engine: 'vllm',
      model: 'llama-3.1-70b-instruct',
      at: iso(Date.now()),
      running: 247,
      waiting: 17,
      kvUsage: 0.973,
      tokensPerSecond: 18_420,
      costPerMillionTokens: '0.4630',
      verdict: 'queue_bound',
      subReason: 'kv_capacity',
      nextStep: 'Shorter contexts, more KV, second replica.',
    },
    {
      pool: 'mistral',
      engine: 'vllm',
      model: 'mistral-large-2411',
      at: iso(Date.now()),
      running: null,
      waiting: null,
      kvUsage: null,
      tokensPerSecond: null,
      costPerMillionTokens: null,
      verdict: 'stale',
      subReason: null,
      nextStep: 'The engine has not answered for 3 scrapes.',
    },
  ],
  busyShare: 0.61,
  idleCostPerDay: '212.40',
  currency: 'USD',
  targets: [
    {
      id: 't1',
      url: 'http://gpu-node-1:9400/metrics',
      kind: 'dcgm',
      up: true,
      lastScrapeAt: iso(Date.now() - 20_000),
      samples: 1204,
      rejectedLines: 0,
      error: null,
    },
    {
      id: 't2',
      url: 'http://vllm:8000/metrics',
      kind: 'engine',
      up: false,
      lastScrapeAt: iso(Date.now() - 320_000),
      samples: 90,
      rejectedLines: 2,
      error: 'connection refused',
    },
  ],
});

export const gpuSeries = (id: string, from: number, to: number) => ({
  id,
  bucketSeconds: 60,
  points: Array.from({ length: 120 }, (_, index) => ({
    t: iso(from + ((to - from) * index) / 120),
    ...reading(index === 40 ? 5 : 1),
    gpuUtil: 0.9 + noise('u', index) * 0.1,
    smActive: index > 60 && index < 66 ? null : 0.5 + noise('s', index) * 0.2,
    powerWatts: 500 + noise('p', index) * 120,
    temperatureCelsius: 60 + noise('c', index) * 10,
  })),
  events: [{ at: iso(from + (to - from) * 0.7), kind: 'xid', title: 'XID 79' }],
});

export const keys = () => ({
  items: [
    {
      id: 'k1',
      name: 'production collector',
      prefix: 'plk_ab12cd34',
      scopes: ['ingest'],
      rateLimit: null,
      projectId: 'p-demo',
      createdAt: iso(Date.now() - 24 * hour),
      lastUsedAt: iso(Date.now() - minute),
      revokedAt: null,
    },
    {
      id: 'k2',
      name: 'old',
      prefix: 'plk_ffffffff',
      scopes: ['admin'],
      rateLimit: null,
      projectId: 'p-demo',
      createdAt: iso(Date.now() - 240 * hour),
      lastUsedAt: null,
      revokedAt: iso(Date.now() - hour),
    },
  ],
  nextCursor: null,
});

export const onboarding = () => ({
  otlpHttpEndpoint: 'http://127.0.0.1:4318',
  otlpGrpcEndpoint: null,
  firstSpanAt: null,
  firstTraceId: null,
  lastRejections: [
    {
      at: iso(Date.now() - minute),
      signal: 'traces',
      reason: 'unauthenticated',
      detail: 'header authorization: no such key',
      route: '/v1/traces',
      field: 'header authorization',
      keyPrefix: null,
      userAgent: 'OTel-OTLP-Exporter-JavaScript/0.223.0',
      count: 2,
    },
  ],
  unmappedAttributes: [{ scopeName: 'shop', key: 'shop.basket.size', count: 1_204 }],
});

export const scorers = () => ({
  items: [
    {
      id: 's1',
      slug: 'judge-helpful',
      name: 'Helpful answer',
      kind: 'judge',
      source: 'judge',
      version: '3',
      enabled: true,
      settings: {},
      filter: {},
      sampleRate: 0.05,
      createdAt: iso(0),
      updatedAt: iso(Date.now()),
    },
    {
      id: 's2',
      slug: 'refusal',
      name: 'Refusal',
      kind: 'refusal',
      source: 'rule',
      version: '1',
      enabled: true,
      settings: {},
      filter: { features: ['support-answer'] },
      sampleRate: 1,
      createdAt: iso(0),
      updatedAt: iso(Date.now()),
    },
  ],
  nextCursor: null,
});

export const scoringProgress = () => ({
  decidedUntil: new Date(Date.now() - 12 * 60_000).toISOString(),
  waitingRows: 184_200,
});

export const coverage = () => ({
  items: [
    {
      scorer: 'judge-helpful',
      eligible: 98_240,
      scored: 4912,
      sampledOut: 93_000,
      overBudget: 300,
      failed: 28,
      noContent: 0,
      pending: 0,
      passRate: 0.73,
      low: 0.67,
      high: 0.79,
    },
    {
      scorer: 'refusal',
      eligible: 98_240,
      scored: 98_240,
      sampledOut: 0,
      overBudget: 0,
      failed: 0,
      noContent: 0,
      pending: 0,
      passRate: 0.97,
      low: null,
      high: null,
    },
  ],
  nextCursor: null,
});

export const channels = () => ({
  items: [
    {
      id: 'ch1',
      name: 'on-call',
      kind: 'webhook',
      host: 'hooks.example.com',
      hasSecret: true,
      broadcast: true,
      changes: false,
      severities: ['page'],
      enabled: true,
      lastDeliveredAt: iso(Date.now() - hour),
      lastError: null,
      pending: 0,
    },
    {
      id: 'ch2',
      name: 'team',
      kind: 'slack',
      host: 'hooks.slack.com',
      hasSecret: false,
      broadcast: true,
      changes: false,
      severities: ['page', 'ticket'],
      enabled: true,
      lastDeliveredAt: null,
      lastError: '404 no_such_hook',
      pending: 2,
    },
  ],
  nextCursor: null,
});

export const scrapeTargets = () => ({
  items: [
    {
      id: 't1',
      url: 'http://gpu-node-1:9400/metrics',
      kind: 'dcgm',
      name: 'node 1',
      intervalSeconds: 30,
      pool: 'llama-70b',
    },
  ],
  nextCursor: null,
});

export const prices = () => ({
  items: [
    {
      provider: 'openai',
      model: 'gpt-4o-mini',
      bucket: 'input',
      perToken: '0.00000015',
      source: 'built in',
      currency: 'USD',
    },
    {
      provider: 'openai',
      model: 'gpt-4o-mini',
      bucket: 'output',
      perToken: '0.0000006',
      source: 'built in',
      currency: 'USD',
    },
  ],
  nextCursor: null,
});

export const audit = () => ({
  items: [
    {
      id: 'a1',
      at: iso(Date.now() - hour),
      actor: 'owner@example.com',
      action: 'key.create',
      subject: 'production collector',
      detail: {},
    },
  ],
  nextCursor: null,
});

export const onCall = () => ({
  items: [
    {
      rotation: 'First line',
      contact: 'kim',
      from: iso(Date.now() - 2 * 24 * hour),
      to: iso(Date.now() + 5 * 24 * hour),
      isOverride: true,
      next: 'alex',
    },
    { rotation: 'Second line', contact: null, from: null, to: null, isOverride: false, next: null },
  ],
  nextCursor: null,
});

export const contacts = () => ({
  items: [
    { id: 'ct1', name: 'kim', channel: 'on-call mail', email: 'kim@example.com' },
    { id: 'ct2', name: 'alex', channel: 'on-call pager' },
  ],
  nextCursor: null,
});

export const rotations = () => ({
  items: [
    {
      id: 'r1',
      name: 'First line',
      timeZone: 'Europe/Berlin',
      startsOn: '2026-11-02',
      handoff: '09:00',
      members: ['kim', 'alex'],
      overrides: [{ contact: 'kim', startsAt: iso(Date.now() - hour), endsAt: iso(Date.now() + hour) }],
    },
  ],
  nextCursor: null,
});

export const escalationPolicies = () => ({
  items: [
    {
      id: 'e1',
      name: 'Pages',
      objectives: ['support-answer-quality'],
      steps: [
        { targets: [{ kind: 'rotation', rotation: 'First line' }], waitMinutes: 5 },
        {
          targets: [
            { kind: 'user', contact: 'alex' },
            { kind: 'channel', channel: 'ops' },
          ],
          waitMinutes: 15,
        },
      ],
      repeat: 2,
      acknowledgedForMinutes: 30,
      businessHours: null,
    },
  ],
  nextCursor: null,
});

export const silences = () => ({
  items: [
    {
      id: 'si1',
      objectives: ['support-answer-quality'],
      features: [],
      startsAt: iso(Date.now() - hour),
      endsAt: iso(Date.now() + hour),
      comment: 'load test of the new cluster',
      createdBy: 'kim',
      active: true,
    },
  ],
  nextCursor: null,
});

export const judges = () => ({
  items: [
    {
      id: 'j1',
      name: 'small judge',
      baseUrl: 'https://judge.example.com/v1',
      model: 'gpt-4o-mini',
      hasKey: true,
      dailyBudget: '5',
      spentToday: '1.2301',
      lastError: '401: the key was refused',
    },
  ],
  nextCursor: null,
});

export const runbookRun = () => ({
  id: null,
  action: 'roll-back',
  host: 'deploy.example.com',
  parameters: { version: 'v41' },
  status: 'preview',
  error: null,
});

export const runbooks = () => ({
  items: [
    {
      id: 'rb1',
      name: 'Quality falls',
      body: '- [ ] Compare the prompts',
      objectives: [],
      kinds: ['quality'],
      suspectKinds: ['prompt'],
      actions: ['roll-back'],
    },
  ],
  nextCursor: null,
});

export const runbookActions = () => ({
  items: [
    {
      id: 'ra1',
      name: 'roll-back',
      title: 'Roll the prompt back',
      host: 'deploy.example.com',
      hasSecret: true,
      parameters: { version: '{{suspect.from}}' },
    },
  ],
  nextCursor: null,
});

export const maintenanceWindows = () => ({
  items: [
    {
      id: 'mw1',
      name: 'weekly patches',
      objectives: [],
      features: ['support-answer'],
      environments: [],
      severities: [],
      schedule: { kind: 'weekly', hours: { timeZone: 'Europe/Berlin', days: [7], from: '02:00', to: '04:00' } },
      comment: 'hosts restart one by one',
      createdBy: 'kim',
      active: false,
      next: { from: iso(Date.now() + 24 * hour), to: iso(Date.now() + 26 * hour) },
    },
  ],
  nextCursor: null,
});

export const objectiveCalls = (outcome: string, slug: string) => ({
  from: iso(Date.now() - 6 * hour),
  to: iso(Date.now()),
  eligible: 214,
  bad: 61,
  kind: slug === 'objective-3' ? 'cost' : 'quality',
  countsOutcomes: slug === 'objective-3',
  cost: '18.42110042',
  items: Array.from({ length: 20 }, (_, index) => ({
    traceId: hex(`trace${index}`, 32),
    spanId: hex(`span${index}`, 16),
    at: iso(Date.now() - index * minute),
    bad: outcome === 'bad' || (outcome === 'all' && index % 3 === 0),
    badness: outcome === 'bad' || (outcome === 'all' && index % 3 === 0) ? 1 : 0,
    weight: index % 2 === 0 ? 1 : 3.35,
    reason: index % 4 === 0 ? 'the answer is no JSON: <html>' : null,
    feature: pick(features, 'cf', index),
    customer: pick(customers, 'cc', index),
    provider: 'openai',
    model: pick(models, 'cm', index),
    promptName: 'support',
    promptVersion: 'v42',
    release: null,
    userId: null,
    latencyMs: 1200 + index * 37,
    cost: index % 5 === 0 ? null : '0.00042',
  })),
  nextCursor: 'more',
});

export const objectiveOutcomes = () => ({
  from: iso(Date.now() - 6 * hour),
  to: iso(Date.now()),
  name: 'resolved',
  outcomes: 48,
  cost: '18.42110042',
  costPerOutcome: '0.383772925417',
  items: Array.from({ length: 20 }, (_, index) => ({
    key: `TICKET-${4711 + index}`,
    at: iso(Date.now() - index * minute),
    value: index % 3 === 0 ? null : '12.5',
    currency: index % 3 === 0 ? null : 'USD',
    feature: pick(features, 'of', index),
    customer: pick(customers, 'oc', index),
    traceId: index % 4 === 0 ? null : hex(`outcome${index}`, 32),
  })),
  nextCursor: 'more',
});

export const exclusions = () => ({
  items: [
    {
      id: 'ex1',
      objective: 'support-answer-quality',
      from: iso(Date.now() - 30 * hour),
      to: iso(Date.now() - 28 * hour),
      reason: 'provider outage',
      createdBy: 'kim',
      createdAt: iso(Date.now() - 20 * hour),
      revokedAt: iso(Date.now() - 10 * hour),
      revokedBy: 'alex',
    },
    {
      id: 'ex2',
      objective: null,
      from: iso(Date.now() - 9 * hour),
      to: iso(Date.now() - 8 * hour),
      reason: 'load test of the new cluster',
      createdBy: 'kim',
      createdAt: iso(Date.now() - 7 * hour),
      revokedAt: null,
      revokedBy: null,
    },
  ],
  nextCursor: null,
});

export const samplingPlan = () => ({
  scoredPerDay: 200,
  threshold: 18_000,
  samples: 139.5,
  hours: 16.74,
  multiplier: 3.35,
  costPerDay: '1.34',
  text: 'A fall to 85 % would be noticed in about 140 scored calls, 16.7 h at 200 a day.',
});
