import type { Incident } from '@plimsoll/contract';
import { Empty } from '../design/states.js';
import { useZone } from '../time/use-time.js';
import { formatInstant } from '../time/zone.js';

/** In the place of what is counted from calls, while these cannot be asked. */
export function StoreAway({ incident }: { incident: Incident }) {
  const zone = useZone();
  const since = incident.storeAway?.since ?? null;
  return (
    <Empty
      title={since ? `The store of calls is away since ${formatInstant(since, zone)}.` : 'The store of calls is away.'}
    >
      This panel fills itself when it answers again.
    </Empty>
  );
}
