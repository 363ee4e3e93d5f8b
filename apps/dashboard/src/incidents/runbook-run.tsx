import { Button } from '@mantine/core';
import type { Incident, RunbookRun as Run } from '@plimsoll/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { callApi } from '../api/client.js';
import { useCall, useProjectSlug } from '../api/queries.js';
import { Dialog } from '../design/dialog.js';
import { Loaded } from '../design/states.js';

interface RunbookRunProps {
  incident: Incident;
  /** Name of the action; null while closed. */
  action: string | null;
  onClose: () => void;
}

/** Shows what an action would send, and sends it only after that. */
export function RunbookRun({ incident, action, onClose }: RunbookRunProps) {
  const title = incident.runbookDetail?.actions.find(({ name }) => name === action)?.title ?? '';
  return (
    <Dialog opened={action !== null} onClose={onClose} title={title} size="lg">
      {action !== null && <Confirmation incident={incident} action={action} onClose={onClose} />}
    </Dialog>
  );
}

function Confirmation({ incident, action, onClose }: { incident: Incident; action: string; onClose: () => void }) {
  const project = useProjectSlug();
  const path = `/incidents/${incident.id}/runbook-runs`;
  // One key a dialog: a second press, or a retry after a lost answer, is the same run.
  const [idempotencyKey] = useState(() => `${incident.id}-${action}-${Date.now()}`);
  const preview = useQuery({
    queryKey: ['api', project, path, action],
    queryFn: () => callApi<Run>(path, { project, method: 'POST', body: { action, confirm: false } }),
    staleTime: 0,
    gcTime: 0,
  });
  const run = useCall<Run>(['/incidents']);
  return (
    <Loaded query={preview} what="What would be sent" rows={3}>
      {({ host, parameters }) => (
        <div className="stack">
          <span>
            Calls <strong>{host}</strong> with these values. It is written into the timeline, and what it does to the
            objective is measured and shown there afterwards.
          </span>
          <table className="table" aria-label="Values that are sent">
            <tbody>
              {Object.entries(parameters).map(([name, value]) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="mono">{value}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {(run.error ?? run.data?.error) && (
            <div className="notice notice-failing" role="alert">
              {run.error?.message ?? run.data?.error}
            </div>
          )}
          {run.data && !run.data.error ? (
            <div className="row-wrap">
              <span role="status">
                {run.data.status === 'running' ? 'It runs; the timeline tells how it ends.' : 'Done.'}
              </span>
              <Button onClick={onClose}>Close</Button>
            </div>
          ) : (
            <Button
              variant="filled"
              loading={run.isPending}
              onClick={() => run.mutate({ path, method: 'POST', body: { action, confirm: true }, idempotencyKey })}
            >
              Run it now
            </Button>
          )}
        </div>
      )}
    </Loaded>
  );
}
