import { Button, Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client.js';

interface EmptyProps {
  title: string;
  children?: ReactNode;
  /** The one next thing to do. */
  action?: ReactNode;
}

/** Nothing to show: says why and what to do next. */
export function Empty({ title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children && <div className="muted">{children}</div>}
      {action}
    </div>
  );
}

interface FailureProps {
  what: string;
  error: unknown;
  onRetry?: () => void;
}

/** What failed, under which request id, and a way to try again. */
export function Failure({ what, error, onRetry }: FailureProps) {
  const api = error instanceof ApiError ? error : null;
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="empty" role="alert">
      <strong>{what} could not be loaded.</strong>
      <div className="muted">
        {api?.status === 403 ? `${message} Ask an owner of the project for access.` : message}
      </div>
      {api?.requestId && <div className="mono muted">request {api.requestId}</div>}
      {onRetry && <Button onClick={onRetry}>Retry</Button>}
    </div>
  );
}

/** Lines of the final height; they appear only after 100 ms, so that fast answers do not flicker. */
export function Waiting({ rows = 4, height = 20 }: { rows?: number; height?: number }) {
  return (
    <div className="late stack" aria-busy="true" aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={height} radius="sm" />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  query: UseQueryResult<T>;
  what: string;
  rows?: number;
  rowHeight?: number;
  children: (data: T) => ReactNode;
}

/** Shows a query's data, or its skeleton or failure; while newer data is fetched the old is kept and dimmed. */
export function Loaded<T>({ query, what, rows, rowHeight, children }: LoadedProps<T>) {
  if (query.data !== undefined) {
    const stale = query.isError || (query.isPlaceholderData && query.isFetching);
    return (
      <div className={stale ? 'updating' : undefined} aria-busy={query.isFetching}>
        {query.isError && (
          <div className="notice notice-risk" role="status">
            <span>{what} could not be refreshed; this is the last answer.</span>
            <button type="button" className="link-button" onClick={() => void query.refetch()}>
              Retry
            </button>
          </div>
        )}
        {children(query.data)}
      </div>
    );
  }
  if (query.isError) return <Failure what={what} error={query.error} onRetry={() => void query.refetch()} />;
  return <Waiting {...(rows ? { rows } : {})} {...(rowHeight ? { height: rowHeight } : {})} />;
}
