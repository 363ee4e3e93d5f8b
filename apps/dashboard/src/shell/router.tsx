import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type SearchMiddleware,
} from '@tanstack/react-router';
import { Waiting } from '../design/states.js';
import { readTimeSearch, type TimeSearch } from '../time/use-time.js';
import { PageFailure, PageMissing } from './page-failure.js';
import { HomePage, StartPage } from './home-page.js';
import { ProjectFrame } from './project-frame.js';

/** Any further words in the address; each page reads its own and ignores the rest. */
export interface PageSearch extends TimeSearch {
  [name: string]: string | string[] | undefined;
}

function readPageSearch(search: Record<string, unknown>): PageSearch {
  const page: PageSearch = {};
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string') page[name] = value;
    else if (Array.isArray(value)) page[name] = value.map(String);
  }
  const { from, to, tz, ...rest } = page;
  return { ...rest, ...readTimeSearch({ from, to, tz }) };
}

/** Search parameters stay plain text (`from=now-6h`, repeated keys for lists), so that Grafana's links can be pasted. */
function parseSearch(search: string): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) {
    const before = result[name];
    result[name] = before === undefined ? value : [before, value].flat();
  }
  return result;
}

function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === '') continue;
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(name, String(item));
  }
  const text = parameters.toString();
  return text ? `?${text}` : '';
}

const rootRoute = createRootRoute({
  validateSearch: readPageSearch,
  errorComponent: PageFailure,
  notFoundComponent: PageMissing,
});

const startRoute = createRoute({ getParentRoute: () => rootRoute, path: '/', component: StartPage });
const welcomeShortcut = createRoute({ getParentRoute: () => rootRoute, path: '/welcome', component: StartPage });
const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('../access/sign-in-page.js'), 'SignInPage'),
});

/** Range and zone stay when one goes from page to page, unless the link says otherwise. */
const keepTime: SearchMiddleware<PageSearch> = ({ search, next }) => ({ ...readTimeSearch(search), ...next(search) });

const projectRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/p/$project',
  search: { middlewares: [keepTime] },
  component: ProjectFrame,
});

const inProject = { getParentRoute: () => projectRoute } as const;
const homeRoute = createRoute({ ...inProject, path: '/', component: HomePage });

const incidents = () => import('../incidents/incidents-page.js');
const incident = () => import('../incidents/incident-page.js');
const slos = () => import('../slo/slos-page.js');
const slo = () => import('../slo/slo-page.js');
const sloCalls = () => import('../slo/calls-page.js');
const sloEditor = () => import('../slo/slo-editor-page.js');
const traces = () => import('../traces/traces-page.js');
const trace = () => import('../traces/trace-page.js');
const compare = () => import('../traces/compare-page.js');
const drift = () => import('../drift/drift-page.js');
const driftReport = () => import('../drift/drift-report-page.js');
const costs = () => import('../cost/costs-page.js');
const gpus = () => import('../gpu/gpus-page.js');
const gpu = () => import('../gpu/gpu-page.js');
const settings = () => import('../access/settings-page.js');
const welcome = () => import('../access/welcome-page.js');

const pages = [
  createRoute({ ...inProject, path: '/incidents', component: lazyRouteComponent(incidents, 'IncidentsPage') }),
  createRoute({ ...inProject, path: '/incidents/$id', component: lazyRouteComponent(incident, 'IncidentPage') }),
  createRoute({ ...inProject, path: '/slos', component: lazyRouteComponent(slos, 'SlosPage') }),
  createRoute({ ...inProject, path: '/slos/new', component: lazyRouteComponent(sloEditor, 'SloCreatePage') }),
  createRoute({ ...inProject, path: '/slos/$id', component: lazyRouteComponent(slo, 'SloPage') }),
  createRoute({ ...inProject, path: '/slos/$id/calls', component: lazyRouteComponent(sloCalls, 'CallsPage') }),
  createRoute({ ...inProject, path: '/slos/$id/edit', component: lazyRouteComponent(sloEditor, 'SloEditPage') }),
  createRoute({ ...inProject, path: '/traces', component: lazyRouteComponent(traces, 'TracesPage') }),
  createRoute({ ...inProject, path: '/traces/compare', component: lazyRouteComponent(compare, 'ComparePage') }),
  createRoute({ ...inProject, path: '/traces/$id', component: lazyRouteComponent(trace, 'TracePage') }),
  createRoute({ ...inProject, path: '/drift', component: lazyRouteComponent(drift, 'DriftPage') }),
  createRoute({ ...inProject, path: '/drift/$id', component: lazyRouteComponent(driftReport, 'DriftReportPage') }),
  createRoute({ ...inProject, path: '/costs', component: lazyRouteComponent(costs, 'CostsPage') }),
  createRoute({ ...inProject, path: '/gpus', component: lazyRouteComponent(gpus, 'GpusPage') }),
  createRoute({ ...inProject, path: '/gpus/$id', component: lazyRouteComponent(gpu, 'GpuPage') }),
  createRoute({
    ...inProject,
    path: '/settings',
    beforeLoad: ({ params }) => {
      throw redirect({ to: '/p/$project/settings/$section', params: { ...params, section: 'keys' } });
    },
  }),
  createRoute({ ...inProject, path: '/settings/$section', component: lazyRouteComponent(settings, 'SettingsPage') }),
  createRoute({ ...inProject, path: '/welcome', component: lazyRouteComponent(welcome, 'WelcomePage') }),
] as const;

const routeTree = rootRoute.addChildren([
  startRoute,
  welcomeShortcut,
  signInRoute,
  projectRoute.addChildren([homeRoute, ...pages]),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  // The frame is painted at once; the page's own skeleton stands in until its chunk is there.
  defaultPendingMs: 0,
  defaultPendingMinMs: 0,
  defaultPendingComponent: () => <Waiting rows={6} height={28} />,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: PageMissing,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
