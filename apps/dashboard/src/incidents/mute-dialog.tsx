import { Dialog } from '../design/dialog.js';
import { plural } from '../design/format.js';
import { CallForm } from '../form/call-form.js';
import type { Field } from '../form/field.js';
import { announce } from '../shell/announce.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';
import { pauseChoices, pauseEnd } from './pause.js';

interface MuteDialogProps {
  /** Objectives whose messages are held back; null while closed. */
  objectives: readonly { slug: string; name: string }[] | null;
  onClose: () => void;
}

/** Holds back the messages of objectives for a while: a silence with its reason, which Settings lists and can end. */
export function MuteDialog({ objectives, onClose }: MuteDialogProps) {
  const zone = useZone();
  const fields: Field[] = [
    {
      name: 'length',
      label: 'For',
      kind: 'select',
      options: pauseChoices.map(({ id, label }) => ({ value: id, label })),
    },
    { name: 'comment', label: 'Why', required: true, placeholder: 'load test of the new cluster' },
  ];
  return (
    <Dialog opened={objectives !== null} onClose={onClose} title="Mute">
      {objectives && (
        <div className="stack">
          <span>
            Nobody is told of {objectives.length === 1 ? objectives[0]?.name : plural(objectives.length, 'objective')}{' '}
            meanwhile. Incidents open and keep their timeline all the same.
          </span>
          <CallForm<{ endsAt: string }>
            stacked
            fields={fields}
            action="Mute"
            invalidates={['/silences', '/incidents']}
            request={({ length = '', comment }) => ({
              path: '/silences',
              body: {
                objectives: objectives.map(({ slug }) => slug),
                comment,
                endsAt: new Date(pauseEnd(length, Date.now(), zone)).toISOString(),
              },
            })}
            onDone={({ endsAt }) => {
              announce(`Muted until ${formatInstant(endsAt, zone)}`);
              onClose();
            }}
          />
        </div>
      )}
    </Dialog>
  );
}
