/** A half-open range of instants. */
export interface CostRange {
  from: Date;
  to: Date;
}

/** What a report asks for in one pass over the rows; the rest of the pass is history behind the forecast. */
export interface CostParts {
  current: CostRange;
  previous: CostRange | null;
}

export type CostPart = 'current' | 'previous' | 'history';

/** SQL that names the part an instant lies in; its parameters are `partParams`. */
export function partSql(time: string): string {
  return `multiIf(${time} >= {currentFrom:DateTime64(3)} AND ${time} < {currentTo:DateTime64(3)}, 'current',
    ${time} >= {previousFrom:DateTime64(3)} AND ${time} < {previousTo:DateTime64(3)}, 'previous', 'history')`;
}

export function partParams({ current, previous }: CostParts): Record<string, Date> {
  return {
    currentFrom: current.from,
    currentTo: current.to,
    previousFrom: previous?.from ?? current.from,
    previousTo: previous?.to ?? current.from,
  };
}
