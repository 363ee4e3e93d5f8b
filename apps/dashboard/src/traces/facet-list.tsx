import type { TraceOverview } from '@plimsoll/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import { formatCompact } from '../design/format.js';
import { Waiting } from '../design/states.js';
import { filterWords, isFilterName, type FilterName } from './trace-words.js';
import classes from './traces-page.module.css';

interface FacetListProps {
  overview: UseQueryResult<TraceOverview>;
  filters: Partial<Record<FilterName, string>>;
  onFilter: (name: FilterName, value: string | undefined) => void;
}

const order = ['feature', 'promptVersion', 'model', 'customer', 'status', 'environment'];

/** What one narrows by most comes first; what has one value only narrows nothing and comes last. */
function facetOrder(facets: TraceOverview['facets']): TraceOverview['facets'] {
  const rank = ({ dimension, values }: TraceOverview['facets'][number]) =>
    order.indexOf(dimension) + (values.length < 2 ? order.length : 0);
  return facets.toSorted((a, b) => rank(a) - rank(b));
}

/** The values of each dimension with their counts; a click narrows to one, a second click lets go. */
export function FacetList({ overview, filters, onFilter }: FacetListProps) {
  if (overview.isError) return <span className="muted">Counts could not be loaded.</span>;
  if (!overview.data) return <Waiting rows={8} />;
  return (
    <>
      {facetOrder(overview.data.facets).map(({ dimension, values }) => {
        if (!isFilterName(dimension) || values.length === 0) return null;
        return (
          <fieldset key={dimension} className={classes.facet}>
            <legend>{filterWords[dimension]}</legend>
            {values.slice(0, 8).map(({ value, count }) => {
              const on = filters[dimension] === value;
              return (
                <button
                  key={value}
                  type="button"
                  className={classes.facetValue}
                  aria-pressed={on}
                  title={value}
                  onClick={() => onFilter(dimension, on ? undefined : value)}
                >
                  <span className="clip">{value}</span>
                  <span className="muted">{formatCompact(count)}</span>
                </button>
              );
            })}
          </fieldset>
        );
      })}
    </>
  );
}
