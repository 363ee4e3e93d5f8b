import type { Problem, Project, Session } from '@plimsoll/contract';
import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError, callApi, type QueryParameters, type RequestOptions } from './client.js';

export type Status = Problem['status'];

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 300_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

export const sessionKey = ['session'] as const;

export function useSession(): UseQueryResult<Session> {
  return useQuery({
    queryKey: sessionKey,
    queryFn: ({ signal }) => callApi<Session>('/session', { signal }),
    staleTime: 60_000,
  });
}

/** Slug of the project in the address. */
export function useProjectSlug(): string {
  return useParams({ strict: false }).project ?? '';
}

export function useProject(): Project | undefined {
  const slug = useProjectSlug();
  return useSession().data?.projects.find((project) => project.slug === slug);
}

interface ApiOptions {
  query?: QueryParameters;
  enabled?: boolean;
  /** Milliseconds between fetches while nothing is pushed. */
  every?: number;
  /** Keep what is shown while the next parameters load. */
  keep?: boolean;
}

/** Reads one path of the API within the project of the page. */
export function useApi<T>(path: string, options: ApiOptions = {}): UseQueryResult<T> {
  const project = useProjectSlug();
  const { query, enabled = true, every, keep = true } = options;
  return useQuery<T>({
    queryKey: ['api', project, path, query ?? {}],
    queryFn: ({ signal }) => callApi<T>(path, { project, query, signal }),
    enabled,
    ...(every ? { refetchInterval: every } : {}),
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  });
}

interface Call extends Omit<RequestOptions, 'signal' | 'project'> {
  path: string;
}

/** Changes something, then refetches every list below the given path prefixes. */
export function useCall<T = unknown>(invalidates: readonly string[]) {
  const project = useProjectSlug();
  const client = useQueryClient();
  return useMutation<T, Error, Call>({
    mutationFn: ({ path, ...options }) => callApi<T>(path, { ...options, project }),
    onSettled: () => invalidatePaths(client, project, invalidates),
  });
}

export function invalidatePaths(client: QueryClient, project: string, prefixes: readonly string[]): Promise<void> {
  return client.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey[0] === 'api' &&
      queryKey[1] === project &&
      prefixes.some((prefix) => String(queryKey[2]).startsWith(prefix)),
  });
}
