import { Button } from '@mantine/core';
import type { Incident, Suspect } from '@plimsoll/contract';
import { formatCount, formatPercent, formatPoints } from '../design/format.js';
import { Empty } from '../design/states.js';
import { Key } from '../design/status.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { SuspectSide } from './incident-calls.js';
import classes from './incident-page.module.css';
import { bandWords, formatDistance, tooFewToJudge, verdictSentence } from './incident-words.js';

interface SuspectsPanelProps {
  incident: Incident;
  selected: number;
  onSelect: (index: number) => void;
  onJudge: (verdict: 'accept_suspect' | 'reject_suspect', suspectId: string) => void;
  onDiff: () => void;
  onTraces: () => void;
}

/** What changed before it started, ranked by evidence. Never called a cause: a person confirms or rejects. */
export function SuspectsPanel(props: SuspectsPanelProps) {
  const { incident, selected, onSelect, onJudge, onDiff, onTraces } = props;
  const suspect = incident.suspects[selected];
  const hidden = tooFewToJudge(incident);
  return (
    <section className={`panel ${classes.suspectsPanel}`} aria-label="Suspects">
      <div className="panel-head">
        <h2 className="panel-title">Suspects, ranked</h2>
        {suspect && !hidden && (
          <div className="panel-aside">
            {suspect.attribute === 'promptVersion' && (
              <Button onClick={onDiff} rightSection={<Key>d</Key>}>
                Diff
              </Button>
            )}
            <Button onClick={onTraces} rightSection={<Key>t</Key>}>
              Traces
            </Button>
            {suspect.kind !== 'unknown' && suspect.verdict === 'open' && (
              <>
                <Button onClick={() => onJudge('accept_suspect', suspect.id)} rightSection={<Key>c</Key>}>
                  Confirm
                </Button>
                <Button onClick={() => onJudge('reject_suspect', suspect.id)}>Reject</Button>
              </>
            )}
          </div>
        )}
      </div>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Suspects, scrollable">
        {hidden ? (
          <Empty title="Too few to judge">Suspects appear once 30 calls are scored.</Empty>
        ) : (
          <>
            <div className="muted" style={{ padding: '0 12px 4px' }}>
              {verdictSentence(incident.suspectVerdict)}
            </div>
            {incident.suspects.length > 0 && (
              <SuspectTable incident={incident} selected={selected} onSelect={onSelect} />
            )}
          </>
        )}
      </div>
    </section>
  );
}

interface SuspectTableProps {
  incident: Incident;
  selected: number;
  onSelect: (index: number) => void;
}

function SuspectTable({ incident, selected, onSelect }: SuspectTableProps) {
  const zone = useZone();
  return (
    <table className={`table ${classes.stacked}`} aria-label="Suspects">
      <thead>
        <tr>
          <th>Suspect</th>
          <th>Evidence</th>
          <th className="num" title="Rise of the bad share among calls that have the change, other changes held fixed">
            Effect
          </th>
          <th className="num wide-only" title="Share of the rise in bad calls that it explains">
            Explains
          </th>
          <th className="num">When</th>
        </tr>
      </thead>
      <tbody>
        {incident.suspects.map((suspect, index) => (
          <tr
            key={suspect.id}
            className={classes.suspectRow}
            data-suspect={suspect.id}
            data-excluded={suspect.band === 'excluded'}
            data-selected={index === selected}
            data-link
            onClick={() => onSelect(index)}
          >
            <td>
              <button
                type="button"
                className="link-button"
                onClick={() => onSelect(index)}
                aria-pressed={index === selected}
              >
                <Key>{index + 1}</Key> {suspect.title}
              </button>
              <SuspectRemark suspect={suspect} incident={incident} />
            </td>
            <td>
              <Band band={suspect.band} />
            </td>
            <td className="num">{formatPoints(suspect.riskDifference)}</td>
            <td className="num wide-only" title={formatPercent(suspect.explained)}>
              {explainedShare(suspect.explained)}
            </td>
            <td className="num" title={suspect.changedAt ? formatInstant(suspect.changedAt, zone) : ''}>
              {formatDistance(suspect.minutesBeforeOnset)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** By chance the estimate may lie outside of what a share can be; the title keeps it. */
const explainedShare = (share: number | null) => formatPercent(share === null ? null : Math.max(0, Math.min(1, share)));

function SuspectRemark({ suspect, incident }: { suspect: Suspect; incident: Incident }) {
  const parts: string[] = [];
  if (suspect.verdict === 'accepted') parts.push('confirmed');
  if (suspect.verdict === 'rejected') parts.push('rejected');
  if (suspect.excludedReason) parts.push(suspect.excludedReason);
  if (suspect.groupedWith.length > 0) parts.push(`cannot be told from ${suspect.groupedWith.join(', ')}`);
  const rates = suspect.beforeRate !== null && suspect.afterRate !== null;
  if (parts.length === 0 && !rates) return null;
  return (
    <div className="muted">
      {parts.join('; ')}
      {rates && (
        <>
          {parts.length > 0 && '; '}
          <SuspectRates suspect={suspect} incident={incident} />
        </>
      )}
    </div>
  );
}

/** The bad share with it and without, as counts; each opens exactly the calls that were compared. */
function SuspectRates({ suspect, incident }: { suspect: Suspect; incident: Incident }) {
  const { exposed, unexposed, control } = suspect;
  const opens = control === 'concurrent' || control === 'baseline';
  const side = (name: 'exposed' | 'unexposed', counts: typeof exposed, rate: number | null) => {
    const text = counts === null ? formatPercent(rate) : `${formatPercent(rate)} of ${formatCount(counts.n)}`;
    if (!opens) return text;
    const what = name === 'exposed' ? 'The calls that have it' : 'The calls that they are compared with';
    return (
      <SuspectSide incident={incident} suspect={suspect.id} side={name} what={what}>
        {text}
      </SuspectSide>
    );
  };
  return (
    <>
      bad {side('exposed', exposed, suspect.afterRate)} with it, {side('unexposed', unexposed, suspect.beforeRate)}{' '}
      {control === null ? 'without' : controlWords[control]}
    </>
  );
}

const controlWords: Record<NonNullable<Suspect['control']>, string> = {
  concurrent: 'without, at the same time',
  baseline: 'the day before',
  rescored: 'as scored then',
  mix: 'without',
};

function Band({ band }: { band: Suspect['band'] }) {
  const { word, color, bars } = bandWords[band];
  return (
    <span className={`${classes.band} state-${color}`}>
      {word}
      <span className={classes.bars} aria-hidden>
        {[1, 2, 3, 4].map((level) => (
          <i key={level} data-on={level <= bars} />
        ))}
      </span>
    </span>
  );
}
