import type { TraceComparison as Comparison } from '@plimsoll/contract';
import type { QueryParameters } from '../api/client.js';
import { useApi } from '../api/queries.js';
import { formatPercent, formatPoints, plural } from '../design/format.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { boxRange, type Measure, type TraceBox } from './trace-box.js';
import { filterWords, isFilterName, type FilterName } from './trace-words.js';
import classes from './traces-page.module.css';

interface TraceComparisonProps {
  measure: Measure;
  query: QueryParameters;
  box: TraceBox;
  onFilter: (name: FilterName, value: string) => void;
}

const shownRows = 8;

/** What is special about the selected traces: values by how much more or less frequent they are than among the rest. */
export function TraceComparison({ measure, query, box, onFilter }: TraceComparisonProps) {
  const { from: boxFrom, to: boxTo } = boxRange(box);
  const comparison = useApi<Comparison>('/traces/comparison', {
    query: { ...query, measure, boxFrom, boxTo, boxMin: box.min, boxMax: box.max },
  });
  const { selected, rest } = comparison.data ?? { selected: 0, rest: 0 };
  return (
    <Panel
      title="Selected v rest"
      flush
      aside={
        comparison.data && (
          <span className="muted">
            {plural(selected, 'trace')} selected, {plural(rest, 'other')}
          </span>
        )
      }
    >
      <Loaded query={comparison} what="The comparison" rows={4}>
        {(found) => <Differences found={found} onFilter={onFilter} />}
      </Loaded>
    </Panel>
  );
}

function Differences({ found, onFilter }: { found: Comparison; onFilter: TraceComparisonProps['onFilter'] }) {
  const { selected, rest } = found;
  if (selected === 0 || rest === 0)
    return (
      <p className={`muted ${classes.note}`}>
        {selected === 0
          ? 'No trace lies within the selection.'
          : 'All traces are selected: there is nothing to compare with.'}
      </p>
    );
  const rows = found.attributes
    .flatMap(({ dimension, values }) =>
      values.map((value) => ({ dimension, ...value, share: value.selected / selected, others: value.rest / rest })),
    )
    .filter(({ share, others }) => share !== others)
    .toSorted((a, b) => Math.abs(b.share - b.others) - Math.abs(a.share - a.others))
    .slice(0, shownRows);
  if (rows.length === 0) return <p className={`muted ${classes.note}`}>No attribute differs between both.</p>;
  return (
    <table className="table" aria-label="Selected v rest">
      <thead>
        <tr>
          <th>Attribute</th>
          <th className="num">Selected</th>
          <th className="num">Rest</th>
          <th className="num">Difference</th>
          <th className="wide-only">Shares</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ dimension, value, share, others }) => (
          <tr key={`${dimension} ${value}`}>
            <td>
              <span className="muted">{isFilterName(dimension) ? filterWords[dimension] : dimension}</span>{' '}
              {isFilterName(dimension) ? (
                <button
                  type="button"
                  className="link-button"
                  title={`Only ${value}`}
                  onClick={() => onFilter(dimension, value)}
                >
                  {value}
                </button>
              ) : (
                value
              )}
            </td>
            <td className="num">{formatPercent(share)}</td>
            <td className="num">{formatPercent(others)}</td>
            <td className="num">{formatPoints(share - others)}</td>
            <td className={`wide-only ${classes.bars}`} aria-hidden>
              <span className={classes.barSelected} style={{ width: `${share * 100}%` }} />
              <span className={classes.barRest} style={{ width: `${others * 100}%` }} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
