import { randomBytes } from 'node:crypto';
import type { Seeds } from './seeds.js';

const text = (key: string, value: string): object => ({ key, value: { stringValue: value } });

/** An export whose one span has secrets wherever a client can write. */
export function seededTraces(seeds: Seeds, way: string, traceId = randomBytes(16).toString('hex')): object {
  const at = (place: string): string => `${way} span ${place}`;
  const say = (place: string): string => seeds.text(at(place));
  const name = (place: string): string => seeds.email(at(place));
  const now = `${Date.now()}000000`;
  const messages = (place: string): string =>
    JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: say(place) }] }]);
  const call = {
    type: 'tool_call',
    id: name('tool call id'),
    name: name('tool'),
    arguments: { [name('key of arguments')]: say('arguments') },
  };
  const attributes = [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.request.model', name('model')),
    text('gen_ai.system_instructions', JSON.stringify([{ type: 'text', content: say('system') }])),
    text('gen_ai.input.messages', messages('input')),
    text(
      'gen_ai.output.messages',
      JSON.stringify([{ role: 'assistant', parts: [call, { type: 'text', content: say('output') }] }]),
    ),
    text(
      'gen_ai.tool.definitions',
      JSON.stringify([{ type: 'function', name: name('tool definition'), description: say('tool description') }]),
    ),
    text('gen_ai.response.finish_reasons', name('finish reason')),
    text('error.type', name('error type')),
    text('user.id', name('user')),
    text('session.id', name('session')),
    text('plimsoll.feature', name('feature')),
    text('plimsoll.customer', name('customer')),
    text('plimsoll.prompt.name', name('prompt')),
    text('plimsoll.prompt.version', name('prompt version')),
    text('langfuse.trace.metadata.contact', say('metadata')),
    text(`langfuse.trace.metadata.${name('metadata key')}`, '1'),
    text(name('attribute key'), 'x'),
    text('my.note', say('attribute')),
    { key: 'my.list', value: { arrayValue: { values: [{ stringValue: say('list') }] } } },
    { key: 'my.tree', value: { kvlistValue: { values: [text(name('key in a tree'), say('tree'))] } } },
    { key: 'langfuse.trace.tags', value: { arrayValue: { values: [{ stringValue: name('tag') }] } } },
  ];
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    traceState: `vendor=${seeds.key(at('trace state'))}`,
    name: `chat ${name('name')}`,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes,
    events: [
      { name: name('event name'), timeUnixNano: now, attributes: [text('note', say('event'))] },
      {
        name: 'exception',
        timeUnixNano: now,
        attributes: [text('exception.message', say('exception')), text(name('event key'), 'x')],
      },
    ],
    links: [{ traceId: 'ab'.repeat(16), spanId: 'ab'.repeat(8), attributes: [text('note', say('link'))] }],
    status: { code: 2, message: say('status message') },
  };
  const resource = {
    attributes: [
      text('service.name', name('service')),
      text('owner', say('resource')),
      text(name('resource key'), 'x'),
    ],
  };
  const scope = {
    name: name('scope'),
    version: name('scope version'),
    attributes: [text('note', say('scope attribute'))],
  };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] };
}

/** The same for a log record. */
export function seededLogs(seeds: Seeds, way: string): object {
  const at = (place: string): string => `${way} log ${place}`;
  const say = (place: string): string => seeds.text(at(place));
  const name = (place: string): string => seeds.email(at(place));
  const record = {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    timeUnixNano: `${Date.now()}000000`,
    severityText: name('severity'),
    eventName: `gen_ai.user.message.${name('event name')}`,
    body: { kvlistValue: { values: [text('content', say('body')), text(name('key of body'), 'x')] } },
    attributes: [text('note', say('attribute')), text(name('attribute key'), 'x')],
  };
  const resource = { attributes: [text('service.name', name('service')), text('owner', say('resource'))] };
  const scope = { name: name('scope'), version: '1' };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords: [record] }] }] };
}

export interface SeededEvent {
  readonly path: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Requests of the JSON events API and of the hooks. */
export function seededEvents(seeds: Seeds, traceId: string): SeededEvent[] {
  const say = (place: string): string => seeds.text(`event ${place}`);
  const name = (place: string): string => seeds.email(`event ${place}`);
  const link = (place: string): string => `https://ci.example.com/?token=${seeds.key(`event ${place}`)}`;
  const release = {
    tag_name: name('release tag'),
    html_url: link('release link'),
    author: { login: name('release author') },
  };
  const outcome = { name: name('outcome name'), key: name('outcome key'), feature: name('outcome feature') };
  const change = {
    feature: name('change feature'),
    from: name('change from'),
    to: name('change to'),
    actor: name('change actor'),
  };
  return [
    {
      path: '/api/v1/scores',
      body: { traceId, scorer: 'seeded', value: 1, label: name('score label'), reason: say('score reason') },
    },
    {
      path: '/api/v1/feedback',
      body: { traceId, kind: 'comment', comment: say('feedback comment'), userId: name('feedback user') },
    },
    { path: '/api/v1/outcomes', body: { ...outcome, customer: name('outcome customer'), status: 'success' } },
    {
      path: '/api/v1/changes',
      body: {
        ...change,
        kind: 'prompt',
        attribute: name('change attribute').slice(0, 80),
        title: say('change title').slice(0, 300),
        link: link('change link'),
      },
      headers: { 'idempotency-key': seeds.key('header idempotency-key') },
    },
    {
      path: '/api/v1/hooks/github',
      body: { action: 'published', repository: { full_name: name('repository') }, release },
      headers: { 'x-github-event': 'release', 'x-github-delivery': seeds.key('header x-github-delivery') },
    },
    {
      path: '/api/v1/hooks/alertmanager',
      body: {
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'Seeded', feature: name('alert feature'), instance: name('alert instance') },
            annotations: { summary: say('alert summary') },
            startsAt: new Date().toISOString(),
            generatorURL: link('alert link'),
          },
        ],
      },
    },
  ];
}

/** Requests that are refused: what is wrong with them must be told without what they hold. */
export function refusedBodies(seeds: Seeds, way: string): { body: string; headers: Record<string, string> }[] {
  const say = (place: string): string => seeds.text(`${way} refused ${place}`);
  const name = (place: string): string => seeds.email(`${way} refused ${place}`);
  const json = { 'content-type': 'application/json' };
  return [
    { body: `{"resourceSpans": [${say('broken JSON')}`, headers: json },
    { body: seeds.key(`${way} refused no JSON`), headers: json },
    { body: JSON.stringify({ resourceSpans: { [name('field')]: 1 } }), headers: json },
    {
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: name('trace id') }] }] }] }),
      headers: json,
    },
    {
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [{ startTimeUnixNano: name('time') }] }] }] }),
      headers: json,
    },
    { body: say('no protobuf'), headers: { 'content-type': 'application/x-protobuf' } },
    { body: '{}', headers: { 'content-type': `text/${name('content type')}` } },
    { body: '{}', headers: { ...json, 'content-encoding': seeds.key(`${way} refused encoding`) } },
    { body: '{', headers: { ...json, 'user-agent': `client ${name('user agent')}` } },
  ];
}
