import type { ReactNode } from 'react';

interface PanelProps {
  title: string;
  /** Counts, units or links at the right of the title. */
  aside?: ReactNode;
  /** For tables: no padding, and a wide table scrolls inside its box. */
  flush?: boolean;
  className?: string | undefined;
  children: ReactNode;
}

/** A titled box that answers one question. */
export function Panel({ title, aside, flush = false, className, children }: PanelProps) {
  return (
    <section className={`panel${className ? ` ${className}` : ''}`} aria-label={title}>
      <div className="panel-head">
        <h2 className="panel-title">{title}</h2>
        {aside && <div className="panel-aside">{aside}</div>}
      </div>
      {flush ? (
        <div className="panel-body-flush scroll-x" tabIndex={0} role="group" aria-label={`${title}, scrollable`}>
          {children}
        </div>
      ) : (
        <div className="panel-body">{children}</div>
      )}
    </section>
  );
}
