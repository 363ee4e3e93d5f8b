import { SegmentedControl } from '@mantine/core';
import type { Incident } from '@plimsoll/contract';
import { useState } from 'react';
import { formatCount, formatMoney, formatPercent } from '../design/format.js';
import { Empty } from '../design/states.js';
import { Meter } from '../design/status.js';
import type { IncidentExamples } from './exemplar-panels.js';
import classes from './incident-page.module.css';

interface AffectedPanelProps {
  incident: Incident;
  comparison: IncidentExamples['comparison'] | null;
}

/** Who is hit, and in what the bad calls differ from the good ones. */
export function AffectedPanel({ incident, comparison }: AffectedPanelProps) {
  const [view, setView] = useState('affected');
  return (
    <section className={`panel ${classes.affectedPanel}`} aria-label="Who is affected">
      <div className="panel-head">
        <h2 className="panel-title">{view === 'affected' ? 'Who is affected' : 'Bad against good'}</h2>
        <div className="panel-aside">
          <SegmentedControl
            aria-label="View"
            value={view}
            onChange={setView}
            data={[
              { value: 'affected', label: 'Affected' },
              { value: 'comparison', label: 'Bad v good' },
            ]}
          />
        </div>
      </div>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Affected, scrollable">
        {view === 'affected' ? <AffectedTable incident={incident} /> : <Comparison comparison={comparison ?? []} />}
      </div>
    </section>
  );
}

function AffectedTable({ incident }: { incident: Incident }) {
  if (incident.affected.length === 0) return <Empty title="No bad call carries a feature or customer." />;
  const named = incident.affected.some(({ users }) => users > 0);
  return (
    <table className="table" aria-label="Who is affected">
      <thead>
        <tr>
          <th>Feature / customer</th>
          <th className="num">Bad</th>
          <th className="num">Calls</th>
          {named && <th className="num">Users</th>}
          <th className="num">Cost</th>
        </tr>
      </thead>
      <tbody>
        {incident.affected.map((row) => (
          <tr key={`${row.feature}/${row.customer}`}>
            <td>{[row.feature, row.customer].filter(Boolean).join(' / ') || 'not tagged'}</td>
            <td className="num">{formatPercent(row.badShare)}</td>
            <td className="num">{formatCount(row.calls)}</td>
            {named && <td className="num">{formatCount(row.users)}</td>}
            <td className="num" title={row.cost ?? ''}>
              {formatMoney(row.cost, 'USD')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Comparison({ comparison }: { comparison: IncidentExamples['comparison'] }) {
  if (comparison.length === 0) return <Empty title="Bad and good calls do not differ in any attribute we know." />;
  return (
    <div className={classes.comparison}>
      <div className={`${classes.compareRow} muted`}>
        <span>Share of calls</span>
        <span>bad</span>
        <span>good</span>
      </div>
      {comparison.map(({ attribute, values }) =>
        values.slice(0, 4).map(({ value, badShare, goodShare }) => (
          <div key={`${attribute}=${value}`} className={classes.compareRow}>
            <span className="clip" title={`${attribute} = ${value}`}>
              <span className="muted">{attribute}</span> {value}
            </span>
            <ShareBar share={badShare} color="failing" />
            <ShareBar share={goodShare} color="ok" />
          </div>
        )),
      )}
    </div>
  );
}

function ShareBar({ share, color }: { share: number; color: 'failing' | 'ok' }) {
  return (
    <span className="row" style={{ gap: 4 }}>
      <Meter share={share} color={color} label={formatPercent(share)} />
      <span className="num" style={{ minWidth: 38 }}>
        {formatPercent(share, 0)}
      </span>
    </span>
  );
}
