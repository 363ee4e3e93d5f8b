import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface FigureLinkProps {
  project: string;
  /** Words of the trace list that show exactly what was counted. */
  search: Record<string, string | undefined>;
  /** What one sees there, for the title and for screen readers. */
  what: string;
  children: ReactNode;
}

/** A figure that opens the traces behind it. */
export function FigureLink({ project, search, what, children }: FigureLinkProps) {
  return (
    <Link to="/p/$project/traces" params={{ project }} search={search} className="figure-link" title={what}>
      {children}
    </Link>
  );
}

interface CallsLinkProps extends FigureLinkProps {
  /** Stable name of the objective whose calls they are. */
  objective: string;
}

/** A figure of an objective or an incident that opens the calls that were counted. */
export function CallsLink({ project, objective, search, what, children }: CallsLinkProps) {
  return (
    <Link
      to="/p/$project/slos/$id/calls"
      params={{ project, id: objective }}
      search={search}
      className="figure-link"
      title={what}
    >
      {children}
    </Link>
  );
}
