import { Tabs, TextInput } from '@mantine/core';
import type { Span } from '@plimsoll/contract';
import { useState } from 'react';
import { formatCount, formatLatency, formatMoney, formatScore, shortId } from '../design/format.js';
import { Status } from '../design/status.js';
import { oneWord, usePageSearch } from '../shell/use-page-search.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { ChatView } from './chat-view.js';
import { firstTokenWords, parameterWords } from './request-words.js';
import classes from './trace-page.module.css';

const tabs = ['chat', 'attributes', 'scores', 'json'] as const;

/** Everything known of a span: as a conversation, as attributes, with its scores, and raw. */
export function SpanDetail({ span }: { span: Span }) {
  const [words, setWords] = usePageSearch();
  const tab = tabs.find((name) => name === oneWord(words, 'tab')) ?? 'chat';
  return (
    <div className="stack">
      <div className="row-wrap">
        <h2 className="panel-title">{span.name}</h2>
        <span className="muted">{span.kind}</span>
        <span className="mono muted" title={span.spanId}>
          {shortId(span.spanId)}
        </span>
        {!span.finished && <Status color="risk">not finished</Status>}
        {span.status === 'error' && <Status color="failing">{span.error?.type ?? 'error'}</Status>}
      </div>
      {span.error?.message && <div className="notice notice-failing">{span.error.message}</div>}
      {span.cut.length > 0 && <CutTexts cut={span.cut} />}
      <Facts span={span} />
      <Tabs value={tab} onChange={(value) => setWords({ tab: value ?? undefined })}>
        <Tabs.List>
          <Tabs.Tab value="chat">Chat</Tabs.Tab>
          <Tabs.Tab value="attributes">Attributes</Tabs.Tab>
          <Tabs.Tab value="scores">Scores {span.scores.length > 0 ? span.scores.length : ''}</Tabs.Tab>
          <Tabs.Tab value="json">JSON</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="chat" pt="md">
          <ChatView span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="attributes" pt="md">
          <Attributes span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="scores" pt="md">
          <Scores span={span} />
        </Tabs.Panel>
        <Tabs.Panel value="json" pt="md">
          <pre className="block">{JSON.stringify(span, null, 2)}</pre>
        </Tabs.Panel>
      </Tabs>
    </div>
  );
}

/** Texts of which only the beginning is stored. */
function CutTexts({ cut }: { cut: Span['cut'] }) {
  return (
    <div className="notice">
      {cut.map(({ field, kept, of }) => (
        <div key={field}>
          <span className="mono">{field}</span> was cut at {formatCount(kept)} of {formatCount(of)} bytes.
        </div>
      ))}
    </div>
  );
}

function Facts({ span }: { span: Span }) {
  const zone = useZone();
  const usage = [
    ['in', span.usage.input],
    ['out', span.usage.output],
    ['cached', span.usage.cachedInput],
    ['reasoning', span.usage.reasoningOutput],
  ] as const;
  const tokens = usage.flatMap(([name, count]) => (count === null ? [] : [`${formatCount(count)} ${name}`]));
  const facts: [string, string | null][] = [
    ['Started', formatInstant(span.startTime, zone, Date.now(), true)],
    ['Lasted', formatLatency(span.latencyMs)],
    ['First token', firstTokenWords(span)],
    ['Model', span.responseModel ?? span.requestModel],
    ['Parameters', parameterWords(span.attributes)],
    ['Tokens', tokens.join(', ') || null],
    [
      'Cost',
      span.cost === null
        ? span.unpricedTokens > 0
          ? `no price for ${formatCount(span.unpricedTokens)} tokens`
          : null
        : `${formatMoney(span.cost, span.costCurrency)}${span.costSource === 'reported' ? ', as reported' : ''}`,
    ],
    ['Prompt', [span.promptName, span.promptVersion].filter(Boolean).join(' ') || null],
    ['Feature', span.feature],
    ['Customer', span.customer],
    ['Finished because', span.finishReason],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

function Attributes({ span }: { span: Span }) {
  const [text, setText] = useState('');
  const wanted = text.toLowerCase();
  const rows = [
    ...Object.entries(span.attributes),
    ...Object.entries(span.metadata).map(([key, value]) => [`metadata.${key}`, value] as const),
    ...Object.entries(span.resource).map(([key, value]) => [`resource ${key}`, value] as const),
  ].filter(([key, value]) => `${key} ${value}`.toLowerCase().includes(wanted));
  return (
    <div className="stack">
      <TextInput
        aria-label="Search attributes"
        placeholder="Search names and values"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="scroll-x">
        <table className="table" aria-label="Attributes">
          <tbody>
            {rows.map(([key, value]) => (
              <tr key={key}>
                <td className="mono">{key}</td>
                <td className="mono" style={{ overflowWrap: 'anywhere' }}>
                  {value.length > 2000 ? `${value.slice(0, 2000)}…` : value}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <span className="muted">{text ? 'No attribute matches.' : 'The span has none.'}</span>}
    </div>
  );
}

function Scores({ span }: { span: Span }) {
  if (span.scores.length === 0)
    return <span className="muted">Not scored: no scorer is due for it, or it was not sampled.</span>;
  return (
    <table className="table" aria-label="Scores">
      <thead>
        <tr>
          <th>Scorer</th>
          <th>Verdict</th>
          <th className="num">Value</th>
          <th>Reason</th>
        </tr>
      </thead>
      <tbody>
        {span.scores.map((score) => (
          <tr key={`${score.scorer}${score.scorerVersion}${score.source}`}>
            <td>
              {score.scorer}{' '}
              <span className="muted">
                version {score.scorerVersion}, {score.source}
              </span>
            </td>
            <td>
              {score.passed === null ? (
                (score.label ?? '-')
              ) : (
                <Status color={score.passed ? 'ok' : 'failing'}>{score.passed ? 'passes' : 'fails'}</Status>
              )}
            </td>
            <td className="num">{formatScore(score.value)}</td>
            <td>{score.reason ?? '-'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
