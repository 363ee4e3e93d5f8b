import { SegmentedControl } from '@mantine/core';
import { type Incident, priceCurrency } from '@plimsoll/contract';
import { useState } from 'react';
import { formatCount, formatMoney, formatPercent, formatSignificant } from '../design/format.js';
import { Empty } from '../design/states.js';
import { Meter } from '../design/status.js';
import { dimensionOf } from '../slo/call-words.js';
import { IncidentCalls } from './incident-calls.js';
import { IncidentGroups } from './incident-groups.js';
import type { IncidentExamples } from './exemplar-panels.js';
import classes from './incident-page.module.css';
import { StoreAway } from './store-away.js';

interface AffectedPanelProps {
  incident: Incident;
  examples: IncidentExamples | null;
}

/** Who is hit, and in what the bad calls differ from the good ones. */
export function AffectedPanel({ incident, examples }: AffectedPanelProps) {
  const count = incident.groups.length;
  const [view, setView] = useState(count > 0 ? 'groups' : 'affected');
  return (
    <section className={`panel ${classes.affectedPanel}`} aria-label="Who is affected">
      <div className="panel-head">
        <h2 className="panel-title">{view === 'comparison' ? 'Bad against good' : 'Who is hit'}</h2>
        <div className="panel-aside">
          <SegmentedControl
            aria-label="View"
            value={view}
            onChange={setView}
            data={[
              ...(count > 0 ? [{ value: 'groups', label: `${count} groups` }] : []),
              { value: 'affected', label: 'Affected' },
              { value: 'comparison', label: 'Bad v good' },
            ]}
          />
        </div>
      </div>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Affected, scrollable">
        {view === 'groups' ? (
          <IncidentGroups incident={incident} />
        ) : incident.storeAway ? (
          <StoreAway incident={incident} />
        ) : view === 'affected' ? (
          <AffectedTable incident={incident} />
        ) : (
          <>
            <Concentrations incident={incident} concentrations={examples?.concentrations ?? []} />
            <Comparison incident={incident} comparison={examples?.comparison ?? []} />
          </>
        )}
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
            <td className="num">
              <IncidentCalls incident={incident} outcome="bad" of={rowOf(row)} what="The bad calls">
                {formatPercent(row.badShare)}
              </IncidentCalls>
            </td>
            <td className="num">
              <IncidentCalls incident={incident} outcome="all" of={rowOf(row)} what="All calls that were counted">
                {formatCount(row.calls)}
              </IncidentCalls>
            </td>
            {named && <td className="num">{formatCount(row.users)}</td>}
            <td className="num" title={row.cost ?? ''}>
              {formatMoney(row.cost, priceCurrency)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function rowOf({ feature, customer }: Incident['affected'][number]): Record<string, string> {
  return { feature: feature ?? '', customer: customer ?? '' };
}

interface ComparisonProps {
  incident: Incident;
  comparison: IncidentExamples['comparison'];
}

function Comparison({ incident, comparison }: ComparisonProps) {
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
            {(['bad', 'good'] as const).map((outcome) => {
              const dimension = dimensionOf(attribute);
              const bar = (
                <ShareBar
                  share={outcome === 'bad' ? badShare : goodShare}
                  color={outcome === 'bad' ? 'failing' : 'ok'}
                />
              );
              return dimension ? (
                <IncidentCalls
                  key={outcome}
                  incident={incident}
                  outcome={outcome}
                  of={{ [dimension]: value }}
                  what={`${outcome === 'bad' ? 'Bad' : 'Good'} calls with ${value}`}
                >
                  {bar}
                </IncidentCalls>
              ) : (
                <span key={outcome}>{bar}</span>
              );
            })}
          </div>
        )),
      )}
    </div>
  );
}

interface ConcentrationsProps {
  incident: Incident;
  concentrations: IncidentExamples['concentrations'];
}

/** How the API calls the customers that have no place of their own. */
const otherCustomers = '(others)';

/** Where bad calls crowd, also without any known change; corrected for all the places that were looked at. */
function Concentrations({ incident, concentrations }: ConcentrationsProps) {
  if (concentrations.length === 0) return null;
  return (
    <table className="table" aria-label="Where bad calls crowd">
      <thead>
        <tr>
          <th>Bad calls crowd in</th>
          <th className="num" title="Bad share here over that of all calls">
            Lift
          </th>
          <th className="num">Of all bad</th>
        </tr>
      </thead>
      <tbody>
        {concentrations.slice(0, 5).map(({ where, lift, share, q }) => {
          const entries = Object.entries(where);
          const known = entries.flatMap(([name, value]) => {
            const dimension = dimensionOf(name);
            // What stands for several customers is no customer that calls could be asked for.
            return dimension && value !== otherCustomers ? [[dimension, value] as const] : [];
          });
          const title = entries.map(([name, value]) => `${name} ${value}`).join(', ');
          return (
            <tr key={title} title={`q ${formatSignificant(q, 2)}`}>
              <td style={{ overflowWrap: 'anywhere' }}>{entries.map(([, value]) => value).join(', ')}</td>
              <td className="num">{formatSignificant(lift, 2)}x</td>
              <td className="num">
                {known.length === entries.length ? (
                  <IncidentCalls
                    incident={incident}
                    outcome="bad"
                    of={Object.fromEntries(known)}
                    what={`Bad calls of ${title}`}
                  >
                    {formatPercent(share)}
                  </IncidentCalls>
                ) : (
                  formatPercent(share)
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
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
