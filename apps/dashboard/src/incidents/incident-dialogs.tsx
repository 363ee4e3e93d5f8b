import type { Incident } from '@plimsoll/contract';
import { useApi } from '../api/queries.js';
import { Dialog, SidePanel } from '../design/dialog.js';
import { Empty, Loaded } from '../design/states.js';
import type { IncidentPageOf } from '../shell/home-page.js';
import { MuteDialog } from './mute-dialog.js';
import { SnoozeDialog } from './snooze-dialog.js';
import type { ActionDetail, IncidentAction } from './use-incident-action.js';
import { WhyFired } from './why-fired.js';

export type IncidentDialog = 'why' | 'snooze' | 'mute' | 'merge';

interface IncidentDialogsProps {
  incident: Incident;
  opened: IncidentDialog | null;
  onClose: () => void;
  onAction: (action: IncidentAction, detail?: ActionDetail) => void;
}

/** What one can ask about an incident or do with it that needs a word more than a key. */
export function IncidentDialogs({ incident, opened, onClose, onAction }: IncidentDialogsProps) {
  const { objectiveSlug: slug, objectiveName: name } = incident;
  return (
    <>
      <SidePanel opened={opened === 'why'} onClose={onClose} title="Why did this fire?" position="right" size="lg">
        <WhyFired incident={incident} />
      </SidePanel>
      <MuteDialog objectives={opened === 'mute' ? [{ slug, name }] : null} onClose={onClose} />
      <SnoozeDialog
        incidents={opened === 'snooze' ? [incident] : null}
        onClose={onClose}
        onSnooze={(_, until) => onAction('snooze', { until })}
      />
      <Dialog opened={opened === 'merge'} onClose={onClose} title={`Merge ${incident.reference} into`}>
        {opened === 'merge' && (
          <OtherIncidents
            incident={incident}
            onPick={(into) => {
              onAction('merge', { into });
              onClose();
            }}
          />
        )}
      </Dialog>
    </>
  );
}

function OtherIncidents({ incident, onPick }: { incident: Incident; onPick: (id: string) => void }) {
  const open = useApi<IncidentPageOf>('/incidents', { query: { state: 'open', limit: 50 } });
  return (
    <Loaded query={open} what="Open incidents">
      {({ items }) => {
        const others = items.filter(({ id }) => id !== incident.id);
        if (others.length === 0) return <Empty title="No other incident is open." />;
        return (
          <div className="stack">
            {others.map((other) => (
              <button key={other.id} type="button" className="link-button" onClick={() => onPick(other.id)}>
                <span className="muted">{other.reference}</span> {other.title}
              </button>
            ))}
          </div>
        );
      }}
    </Loaded>
  );
}
