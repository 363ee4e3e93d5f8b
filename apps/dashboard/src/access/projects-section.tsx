import { Button, TextInput } from '@mantine/core';
import type { Project } from '@plimsoll/contract';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { sessionKey, useCall, useSession } from '../api/queries.js';
import { Panel } from '../design/panel.js';
import { Loaded } from '../design/states.js';
import { browserZone, formatInstant } from '../time/zone.js';
import { useZone } from '../time/use-time.js';
import classes from './access.module.css';

/** Projects keep their data apart; each has its own keys, currency and time zone. */
export function ProjectsSection() {
  const session = useSession();
  const zone = useZone();
  return (
    <>
      <NewProject />
      <Panel title="Projects" flush>
        <Loaded query={session} what="Projects">
          {({ projects }) => (
            <table className="table" aria-label="Projects">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>Address</th>
                  <th>Currency</th>
                  <th>Time zone</th>
                  <th>Spans are kept</th>
                  <th className="wide-only">Made</th>
                </tr>
              </thead>
              <tbody>
                {projects.map((project) => (
                  <tr key={project.id}>
                    <td>
                      <Link to="/p/$project" params={{ project: project.slug }}>
                        {project.name}
                      </Link>
                      {project.simulated && <span className="muted"> simulated</span>}
                    </td>
                    <td className="mono">{project.slug}</td>
                    <td>{project.currency}</td>
                    <td>{project.timeZone}</td>
                    <td>{project.spanRetentionDays === null ? 'for ever' : `${project.spanRetentionDays} days`}</td>
                    <td className="wide-only">{formatInstant(project.createdAt, zone)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Loaded>
      </Panel>
    </>
  );
}

function NewProject() {
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState('USD');
  const create = useCall<Project>([]);
  const client = useQueryClient();
  return (
    <Panel title="New project">
      <form
        className={classes.form}
        style={{ padding: 0 }}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { path: '/projects', method: 'POST', body: { name, currency, timeZone: browserZone() } },
            {
              onSuccess: () => {
                setName('');
                void client.invalidateQueries({ queryKey: sessionKey });
              },
            },
          );
        }}
      >
        <TextInput
          label="Name"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={create.error?.message}
        />
        <TextInput
          label="Currency"
          required
          maxLength={3}
          value={currency}
          onChange={(event) => setCurrency(event.currentTarget.value.toUpperCase())}
        />
        <Button type="submit" variant="filled" loading={create.isPending}>
          Make a project
        </Button>
      </form>
    </Panel>
  );
}
