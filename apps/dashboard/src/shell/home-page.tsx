import type { IncidentSummary } from '@plimsoll/contract';
import { useLocation } from '@tanstack/react-router';
import { ApiError } from '../api/client.js';
import { useApi, useProjectSlug, useSession } from '../api/queries.js';
import { Empty, Failure, Waiting } from '../design/states.js';
import { Redirect } from './redirect.js';

const lastProjectKey = 'plimsoll-project';

export function rememberProject(slug: string): void {
  localStorage.setItem(lastProjectKey, slug);
}

/** `/`: the project last used, or the first one. `/welcome`: the same project's onboarding. */
export function StartPage() {
  const session = useSession();
  const location = useLocation();
  if (session.isError) {
    if (session.error instanceof ApiError && session.error.status === 401) return <Redirect to="/sign-in" />;
    return <Failure what="The session" error={session.error} onRetry={() => void session.refetch()} />;
  }
  if (!session.data) return <Waiting />;
  const { projects } = session.data;
  const last = localStorage.getItem(lastProjectKey);
  const project = projects.find(({ slug }) => slug === last) ?? projects[0];
  if (!project) return <Empty title="There is no project yet.">Create one with the command line or the API.</Empty>;
  const to = location.pathname === '/welcome' ? '/p/$project/welcome' : '/p/$project';
  return <Redirect to={to} project={project.slug} />;
}

export interface IncidentPageOf {
  items: IncidentSummary[];
  nextCursor: string | null;
  counts: { open: number; acknowledged: number; resolved: number };
}

/** The project's home: incidents while any is open, otherwise the objectives. */
export function HomePage() {
  const project = useProjectSlug();
  const incidents = useApi<IncidentPageOf>('/incidents', { query: { state: 'open', limit: 50 } });
  if (incidents.isError) return <Redirect to="/p/$project/slos" project={project} />;
  if (!incidents.data) return <Waiting />;
  const { counts } = incidents.data;
  const burning = counts.open + counts.acknowledged > 0;
  return <Redirect to={burning ? '/p/$project/incidents' : '/p/$project/slos'} project={project} />;
}
