import { Button } from '@mantine/core';
import type { IncidentSummary } from '@plimsoll/contract';
import { Dialog } from '../design/dialog.js';
import { plural } from '../design/format.js';
import { useZone } from '../time/use-time.js';
import { pauseChoices, pauseEnd } from './pause.js';

interface SnoozeDialogProps {
  incidents: readonly IncidentSummary[] | null;
  onClose: () => void;
  onSnooze: (incident: IncidentSummary, until: string) => void;
}

/** Puts incidents aside: they come back when the time is over, or when they get worse. */
export function SnoozeDialog({ incidents, onClose, onSnooze }: SnoozeDialogProps) {
  const zone = useZone();
  return (
    <Dialog
      opened={incidents !== null}
      onClose={onClose}
      title={`Snooze ${incidents?.length === 1 ? incidents[0]?.reference : plural(incidents?.length ?? 0, 'incident')}`}
    >
      <div className="stack">
        {pauseChoices.map(({ id, label }, index) => (
          <Button
            key={id}
            {...(index === 0 ? { 'data-autofocus': true, variant: 'filled' } : {})}
            onClick={() => {
              const until = new Date(pauseEnd(id, Date.now(), zone)).toISOString();
              incidents?.forEach((incident) => onSnooze(incident, until));
              onClose();
            }}
          >
            {label}
          </Button>
        ))}
      </div>
    </Dialog>
  );
}
