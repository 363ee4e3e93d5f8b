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
