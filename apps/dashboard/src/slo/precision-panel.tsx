import type { AlertPrecision } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useProjectSlug } from '../api/queries.js';
import { formatCount, noValue } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { intervalOfPrecision, shareOfPrecision } from './precision-words.js';

/** What people said of the closed incidents of an objective: how many were real, also by the tier that fired. */
export function PrecisionPanel({ precision }: { precision: AlertPrecision }) {
  const project = useProjectSlug();
  return (
    <Panel title="Were its alerts real?" aside={<span className="muted">{intervalLevel(precision)}</span>}>
      {precision.of === 0 ? (
        <span className="muted">It has had no incident that is over.</span>
      ) : (
        <>
          <div className="muted">
            By what people said of{' '}
            <Link to="/p/$project/incidents" params={{ project }} search={{ state: 'resolved' }}>
              incidents that are over
            </Link>
            : one that was reviewed or has a confirmed suspect counts as real, one marked as a false alarm does not.
          </div>
          <div className="scroll-x" tabIndex={0} role="group" aria-label="Table, scrollable">
            <table className="table" aria-label="Incidents that were real, of those judged">
              <thead>
                <tr>
                  <th>Fired</th>
                  <th className="num wide-only">Incidents</th>
                  <th className="num">Judged</th>
                  <th className="num">Real</th>
                  <th className="num">Share of the judged</th>
                </tr>
              </thead>
              <tbody>
                <Row name="any tier" precision={precision} />
                {precision.tiers.map(({ name, ...tier }) => (
                  <Row key={name} name={name} precision={tier} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  );
}

function Row({ name, precision }: { name: string; precision: Omit<AlertPrecision, 'tiers'> }) {
  return (
    <tr>
      <td className="nowrap">{name}</td>
      <td className="num wide-only">{formatCount(precision.of)}</td>
      <td className="num">{formatCount(precision.judged)}</td>
      <td className="num">{precision.judged === 0 ? noValue : formatCount(precision.real)}</td>
      <td className="num" style={{ whiteSpace: 'normal' }}>
        {shareOfPrecision(precision)}{' '}
        {precision.interval !== null && <span className="muted nowrap">{intervalOfPrecision(precision)}</span>}
      </td>
    </tr>
  );
}

const intervalLevel = ({ interval }: AlertPrecision): string =>
  interval === null ? '' : `${Math.round(interval.level * 100)} % interval`;
