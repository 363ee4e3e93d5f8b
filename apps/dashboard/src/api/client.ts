import type { Problem } from '@plimsoll/contract';

/** A refusal or failure as the API words it (RFC 9457), or what the network made of it. */
export class ApiError extends Error {
  readonly status: number;
  readonly requestId: string | null;
  readonly field: string | null;

  constructor(status: number, message: string, requestId: string | null, field: string | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.requestId = requestId;
    this.field = field;
  }
}

export type QueryValue = string | number | boolean | null | undefined | readonly string[];
export type QueryParameters = Record<string, QueryValue>;

export interface RequestOptions {
  /** Slug of the project within which the call is answered. */
  project?: string | undefined;
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  query?: QueryParameters | undefined;
  signal?: AbortSignal | undefined;
  /** Makes a repeated POST harmless. */
  idempotencyKey?: string;
}

export function apiUrl(path: string, query: QueryParameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item));
  }
  const text = search.toString();
  return `/api/v1${path}${text ? `?${text}` : ''}`;
}

/**
 * One call of the API with the session's cookie. The server that answers also served this page, so the shapes are those
 * of `@plimsoll/contract`; they are checked against its schemas in the browser tests and not again here.
 */
export async function callApi<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const { method = 'GET', project, body, query, signal, idempotencyKey } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (project) headers['x-plimsoll-project'] = project;
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
  const response = await fetch(apiUrl(path, query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'The server cannot be reached.', null);
  });
  if (!response.ok) throw await readProblem(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

async function readProblem(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id');
  try {
    const problem = (await response.json()) as Problem;
    const text = problem.detail || problem.title || `The server answered ${response.status}.`;
    return new ApiError(response.status, text, problem.requestId ?? requestId, problem.field ?? null);
  } catch {
    return new ApiError(response.status, `The server answered ${response.status}.`, requestId);
  }
}
