import { Button } from '@mantine/core';
import type { Incident, IncidentRunbook } from '@plimsoll/contract';
import { Link } from '@tanstack/react-router';
import { useCall, useProjectSlug } from '../api/queries.js';
import { SidePanel } from '../design/dialog.js';
import { announceFailure } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import classes from './incident-page.module.css';

interface RunbookDrawerProps {
  incident: Incident;
  opened: boolean;
  onClose: () => void;
  onRun: (action: string) => void;
}

/** The runbook with this incident's values filled in: steps to tick, actions to run. */
export function RunbookDrawer({ incident, opened, onClose, onRun }: RunbookDrawerProps) {
  const project = useProjectSlug();
  const { runbookDetail: runbook } = incident;
  return (
    <SidePanel opened={opened} onClose={onClose} title={runbook?.name ?? 'Runbook'} position="right" size="lg">
      {runbook && (
        <div className="stack">
          {runbook.steps.length > 0 && <Steps incident={incident} steps={runbook.steps} />}
          {runbook.actions.map(({ name, title, host, missing }) => (
            <div key={name} className="row-wrap">
              <Button onClick={() => onRun(name)} disabled={missing.length > 0}>
                {title}
              </Button>
              <span className="muted">
                {missing.length > 0 ? `this incident does not tell ${missing.join(', ')}` : `calls ${host}`}
              </span>
            </div>
          ))}
          <pre className="block">{runbook.body}</pre>
          <Link to="/p/$project/settings/$section" params={{ project, section: 'runbooks' }}>
            Edit runbooks and their actions
          </Link>
        </div>
      )}
    </SidePanel>
  );
}

function Steps({ incident, steps }: { incident: Incident; steps: IncidentRunbook['steps'] }) {
  const zone = useZone();
  const tick = useCall(['/incidents']);
  return (
    <ul className={classes.steps}>
      {steps.map(({ step, text, done, by, at }) => (
        <li key={step}>
          <label>
            <input
              type="checkbox"
              checked={done}
              disabled={tick.isPending}
              onChange={(event) =>
                tick.mutate(
                  {
                    path: `/incidents/${incident.id}/runbook-steps`,
                    method: 'POST',
                    body: { step, done: event.currentTarget.checked },
                  },
                  { onError: (error) => announceFailure('The step could not be ticked', error) },
                )
              }
            />
            {text}
          </label>
          {done && by && (
            <span className="muted">
              {' '}
              by {by}
              {at ? `, ${formatInstant(at, zone)}` : ''}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
