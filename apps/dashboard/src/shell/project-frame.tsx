import { Notifications } from '@mantine/notifications';
import { Outlet, useMatches, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ApiError } from '../api/client.js';
import { useEvents } from '../api/events.js';
import { useProject, useProjectSlug, useSession } from '../api/queries.js';
import { Failure, Waiting } from '../design/states.js';
import { Header } from './header.js';
import { rememberProject } from './home-page.js';
import { Navigation } from './navigation.js';
import { PageMissing } from './page-failure.js';
import { listenForShortcuts } from './shortcuts.js';
import { useGlobalShortcuts } from './global-shortcuts.js';
import { Redirect } from './redirect.js';

/** What surrounds every page of a project: header, navigation, keys, pushed events. */
export function ProjectFrame() {
  const slug = useProjectSlug();
  const session = useSession();
  const project = useProject();
  const stream = useEvents(project ? slug : '');
  useEffect(listenForShortcuts, []);
  useEffect(() => {
    if (project) rememberProject(project.slug);
  }, [project]);
  useGlobalShortcuts();
  usePageFocus();

  if (session.isError && session.error instanceof ApiError && session.error.status === 401) {
    return <Redirect to="/sign-in" />;
  }
  return (
    <div className="shell">
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Header stream={stream} />
      <nav className="shell-nav" aria-label="Main">
        <Navigation />
      </nav>
      <main className="shell-main" id="main" tabIndex={-1}>
        {session.isError && !session.data ? (
          <Failure what="The session" error={session.error} onRetry={() => void session.refetch()} />
        ) : !session.data ? (
          <Waiting rows={6} height={28} />
        ) : project ? (
          <Outlet />
        ) : (
          <PageMissing />
        )}
      </main>
      <section aria-label="Messages" className="messages">
        <Notifications position="bottom-right" autoClose={5000} withinPortal={false} />
      </section>
    </div>
  );
}

/** After a change of page the reader starts at its content, as after a full load. */
function usePageFocus(): void {
  const router = useRouter();
  const path = useMatches({ select: (matches) => matches.at(-1)?.pathname });
  useEffect(
    () =>
      router.subscribe('onResolved', ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation) document.getElementById('main')?.focus({ preventScroll: true });
      }),
    [router, path],
  );
}
