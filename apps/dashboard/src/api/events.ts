import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { apiUrl } from './client.js';
import { invalidatePaths } from './queries.js';

/** What each pushed event makes old. */
const eventPaths: Record<string, readonly string[]> = {
  incident: ['/incidents'],
  objective: ['/objectives'],
  trace: ['/traces', '/onboarding'],
};
const hiddenLimitMs = 5 * 60_000;
const pollMs = 30_000;

export type StreamState = 'live' | 'polling' | 'paused';

interface EventMessage {
  project: string;
  event: string;
}

/**
 * One event stream a browser: the tab that holds the lock opens it and tells the others, since six streams would use up
 * a browser's connections to the host. Where there are no locks (plain HTTP on another host) each tab polls instead.
 */
export function useEvents(project: string): StreamState {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('polling');

  useEffect(() => {
    if (!project) return;
    const channel = new BroadcastChannel('plimsoll-events');
    const refresh = (event: string) => void invalidatePaths(client, project, eventPaths[event] ?? []);
    channel.addEventListener('message', ({ data }: MessageEvent<EventMessage>) => {
      if (data.project !== project) return;
      if (data.event === 'open') setState('live');
      else refresh(data.event);
    });
    const leadership = new AbortController();
    let closeStream = () => {};
    const lead = () =>
      new Promise<void>((release) => {
        const source = new EventSource(apiUrl('/events', { project }));
        source.addEventListener('open', () => {
          setState('live');
          channel.postMessage({ project, event: 'open' } satisfies EventMessage);
        });
        source.addEventListener('error', () => setState('polling'));
        for (const event of Object.keys(eventPaths)) {
          source.addEventListener(event, () => {
            refresh(event);
            channel.postMessage({ project, event } satisfies EventMessage);
          });
        }
        closeStream = () => {
          source.close();
          release();
        };
      });
    const start = () => {
      if (!('locks' in navigator)) return;
      navigator.locks
        .request(`plimsoll-events-${project}`, { signal: leadership.signal }, lead)
        .catch((error: unknown) => {
          if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
        });
    };
    start();

    let hiddenTimer: ReturnType<typeof setTimeout> | undefined;
    let paused = false;
    const onVisibility = () => {
      clearTimeout(hiddenTimer);
      if (document.hidden) {
        hiddenTimer = setTimeout(() => {
          paused = true;
          closeStream();
          setState('paused');
        }, hiddenLimitMs);
      } else if (paused) {
        paused = false;
        start();
        Object.keys(eventPaths).forEach(refresh);
      }
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      document.removeEventListener('visibilitychange', onVisibility);
      clearTimeout(hiddenTimer);
      leadership.abort();
      closeStream();
      channel.close();
    };
  }, [client, project]);

  useEffect(() => {
    if (state !== 'polling' || !project) return;
    const timer = setInterval(() => {
      if (!document.hidden) void invalidatePaths(client, project, Object.values(eventPaths).flat());
    }, pollMs);
    return () => clearInterval(timer);
  }, [client, project, state]);

  return state;
}
