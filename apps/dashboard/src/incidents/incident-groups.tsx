import type { Incident } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useProjectSlug } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Status } from '../design/status.js';
import { wordsOfGroup } from '../slo/call-words.js';
import classes from './incident-page.module.css';

/** Every group of the objective that this incident tells of; each has figures on a page of its own. */
export function IncidentGroups({ incident }: { incident: Incident }) {
  const project = useProjectSlug();
  const { groups } = incident;
  if (groups.length === 0) return null;
  const firing = groups.filter((group) => group.firing.length > 0).length;
  return (
    <Panel
      title={`${groups.length} groups`}
      aside={<span className="muted">{firing} firing; the figures above are those of the first</span>}
      className={classes.groups}
      flush
    >
      <table className="table" aria-label="Groups of this incident">
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
              <td>
                <Link to="/p/$project/incidents/$id" params={{ project, id: group.incidentId }}>
                  {group.reference}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
