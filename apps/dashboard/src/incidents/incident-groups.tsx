import type { Incident } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useProjectSlug } from '../api/queries.js';
import { Status } from '../design/status.js';
import { wordsOfGroup } from '../slo/call-words.js';
import classes from './incident-page.module.css';

/** Every group of the objective that this incident tells of; each has figures on a page of its own. */
export function IncidentGroups({ incident }: { incident: Incident }) {
  const project = useProjectSlug();
  const { groups } = incident;
  const firing = groups.filter((group) => group.firing.length > 0).length;
  return (
    <>
      <div className="muted" style={{ padding: '0 12px 4px' }}>
        {firing} of {groups.length} fire now; the figures of this page are those of the first.
      </div>
      <table className={`table ${classes.stacked}`} aria-label="Groups of this incident">
        <thead>
          <tr>
            <th>Group</th>
            <th>Firing</th>
            <th>Figures</th>
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.incidentId}>
              <td style={{ overflowWrap: 'anywhere' }} title={group.title}>
                {wordsOfGroup(group.group, 'all')}
              </td>
              <td>
                <Status color={group.firing.length > 0 ? 'failing' : 'ok'}>
                  {group.firing.length > 0 ? group.firing.join(', ') : 'recovered'}
                </Status>
              </td>
              <td className="nowrap">
                {group.incidentId === incident.id ? (
                  <span className="muted">this page</span>
                ) : (
                  <Link
                    to="/p/$project/incidents/$id"
                    params={{ project, id: group.incidentId }}
                    className="figure-link"
                  >
                    {group.reference}
                  </Link>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
