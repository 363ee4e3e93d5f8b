import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { tick, useNow } from './clock.js';
import { absolute, defaultRange, isRelative, resolveRange, type ResolvedRange, type TimeRange } from './range.js';
import { browserZone, isZone } from './zone.js';

/** The part of the address that every page keeps. */
export interface TimeSearch {
  from?: string | undefined;
  to?: string | undefined;
  tz?: string | undefined;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

/** Reads the shared part of the address; what cannot be read falls back and never fails. */
export function readTimeSearch(search: Record<string, unknown>): TimeSearch {
  const zone = text(search.tz);
  // Named even when undefined: the router would otherwise let the unread words of the address through.
  return { from: text(search.from), to: text(search.to), tz: zone && isZone(zone) ? zone : undefined };
}

export function storedZone(): string {
  const stored = localStorage.getItem('plimsoll-zone');
  return stored && isZone(stored) ? stored : browserZone();
}

export function useZone(): string {
  const search: TimeSearch = useSearch({ strict: false });
  return search.tz ?? storedZone();
}

export interface TimeControl {
  range: TimeRange;
  resolved: ResolvedRange;
  zone: string;
  relative: boolean;
  /** `from` and `to` as the API takes them. */
  query: { from: string; to: string };
  setRange: (range: TimeRange) => void;
  setSpan: (fromMs: number, toMs: number) => void;
  setZone: (zone: string) => void;
  refresh: () => void;
}

/** The page's time range: it lives in the address, so that a link shows the same thing. */
export function useTime(): TimeControl {
  const search: TimeSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const client = useQueryClient();
  const now = useNow();
  const zone = useZone();
  const from = search.from ?? defaultRange.from;
  const to = search.to ?? defaultRange.to;
  const range = useMemo(() => ({ from, to }), [from, to]);
  const resolved = useMemo(() => resolveRange(range, now, zone), [range, now, zone]);
  const query = useMemo(
    () => ({ from: new Date(resolved.fromMs).toISOString(), to: new Date(resolved.toMs).toISOString() }),
    [resolved],
  );
  const setSearch = useCallback(
    (change: TimeSearch) => {
      void navigate({ to: '.', search: (previous: Record<string, unknown>) => ({ ...previous, ...change }) });
    },
    [navigate],
  );
  return {
    range,
    resolved,
    zone,
    relative: isRelative(range),
    query,
    setRange: setSearch,
    setSpan: (fromMs, toMs) => setSearch(absolute(fromMs, toMs)),
    setZone: (next) => {
      localStorage.setItem('plimsoll-zone', next);
      setSearch({ tz: next });
    },
    refresh: () => {
      tick();
      void client.invalidateQueries({ queryKey: ['api'] });
    },
  };
}
