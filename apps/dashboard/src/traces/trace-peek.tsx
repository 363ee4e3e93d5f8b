import { ActionIcon } from '@mantine/core';
import type { Trace } from '@plimsoll/contract';
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useApi, useProjectSlug } from '../api/queries.js';
import { formatLatency, formatMoney, plural } from '../design/format.js';
import { Loaded } from '../design/states.js';
import { Key } from '../design/status.js';
import { announce } from '../shell/announce.js';
import { useShortcuts } from '../shell/shortcuts.js';
import { SpanDetail } from './span-detail.js';
import classes from './traces-page.module.css';

interface TracePeekProps {
  traceId: string;
  onClose: () => void;
  onStep: (by: number) => void;
  /** The trace that waits for this one, if any. */
  compareWith: string | null;
  onCompare: () => void;
}

/** A look inside the selected trace beside the list: its most telling call. */
export function TracePeek({ traceId, compareWith, onClose, onStep, onCompare }: TracePeekProps) {
  const project = useProjectSlug();
  const navigate = useNavigate();
  const query = useApi<Trace>(`/traces/${traceId}`);
  useShortcuts('Look inside', [
    {
      keys: 'o',
      label: 'Open the whole trace',
      run: () => void navigate({ to: '/p/$project/traces/$id', params: { project, id: traceId } }),
    },
    {
      keys: 'y',
      label: 'Copy the trace id',
      run: () => void navigator.clipboard.writeText(traceId).then(() => announce('Trace id copied')),
    },
  ]);
  return (
    <section className={`panel ${classes.peek}`} aria-label="Selected trace">
      <div className="panel-head">
        <Link to="/p/$project/traces/$id" params={{ project, id: traceId }}>
          Open the whole trace
        </Link>
        <Key>o</Key>
        <button type="button" className="link-button" onClick={onCompare}>
          {compareWith === null || compareWith === traceId ? 'Compare' : 'Compare both'}
        </button>
        <Key>c</Key>
        <div className="panel-aside">
          <ActionIcon aria-label="Trace before" onClick={() => onStep(-1)}>
            <IconChevronUp size={16} />
          </ActionIcon>
          <ActionIcon aria-label="Next trace" onClick={() => onStep(1)}>
            <IconChevronDown size={16} />
          </ActionIcon>
          <ActionIcon aria-label="Close" onClick={onClose}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      </div>
      <Loaded query={query} what="The trace" rows={8}>
        {(trace) => <PeekBody trace={trace} />}
      </Loaded>
    </section>
  );
}

function PeekBody({ trace }: { trace: Trace }) {
  const calls = trace.items.filter(({ kind }) => kind === 'generation');
  const shown =
    trace.items.find(({ status, kind }) => status === 'error' && kind === 'generation') ??
    calls.find(({ scores }) => scores.some(({ passed }) => passed === false)) ??
    calls.at(-1) ??
    trace.items[0];
  return (
    <div className="panel-body stack">
      <div className="muted">
        {plural(trace.spans, 'span')}, {formatLatency(trace.durationMs)}, {formatMoney(trace.cost, trace.costCurrency)}
      </div>
      {shown ? <SpanDetail span={shown} /> : <span className="muted">No span of it is stored any more.</span>}
    </div>
  );
}
