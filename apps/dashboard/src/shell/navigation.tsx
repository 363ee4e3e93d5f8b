import {
  IconAlertTriangle,
  IconChartLine,
  IconCoin,
  IconCpu,
  IconGauge,
  IconListDetails,
  IconSettings,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useApi, useProjectSlug } from '../api/queries.js';
import { Key } from '../design/status.js';
import type { IncidentPageOf } from './home-page.js';

/** In the order in which people need them: first what burns, last what is set once. */
export const destinations = [
  { to: '/p/$project/incidents', label: 'Incidents', keys: 'g i', icon: IconAlertTriangle },
  { to: '/p/$project/slos', label: 'SLOs', keys: 'g s', icon: IconGauge },
  { to: '/p/$project/traces', label: 'Traces', keys: 'g t', icon: IconListDetails },
  { to: '/p/$project/drift', label: 'Drift', keys: 'g d', icon: IconChartLine },
  { to: '/p/$project/costs', label: 'Costs', keys: 'g c', icon: IconCoin },
  { to: '/p/$project/gpus', label: 'GPU fleet', keys: 'g u', icon: IconCpu },
  { to: '/p/$project/settings', label: 'Settings', keys: 'g e', icon: IconSettings },
] as const;

/** How many incidents nobody has taken yet. */
export function useOpenIncidents(): number {
  const project = useProjectSlug();
  const { data } = useApi<IncidentPageOf>('/incidents', {
    query: { state: 'open', limit: 50 },
    enabled: project !== '',
    every: 60_000,
  });
  return data?.counts.open ?? 0;
}

export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const project = useProjectSlug();
  const open = useOpenIncidents();
  return (
    <>
      {destinations.map(({ to, label, keys, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          params={{ project }}
          className="nav-link"
          {...(onNavigate ? { onClick: onNavigate } : {})}
          activeProps={{ 'aria-current': 'page' }}
        >
          <Icon size={17} stroke={1.75} aria-hidden />
          {label}
          {label === 'Incidents' && open > 0 ? (
            <span className="count-pill" aria-label={`${open} open`}>
              {open}
            </span>
          ) : (
            <Key>{keys}</Key>
          )}
        </Link>
      ))}
    </>
  );
}
