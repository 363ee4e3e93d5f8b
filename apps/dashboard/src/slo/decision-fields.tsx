import type { DecisionRecord, ObjectiveWrite } from '@plimsoll/contract';
import { Input } from '../form/input.js';
import type { DefinitionProps } from './definition.js';
import classes from './slo.module.css';

const blank: DecisionRecord = { chosen: '', why: '', reviewWhen: '' };

/** The choice that an objective watches over; when it alerts, the choice is due to be looked at again. */
export function DecisionFields({ definition, onChange }: DefinitionProps) {
  const { decision } = definition;
  const set = (next: DecisionRecord | undefined) => onChange({ decision: next } as Partial<ObjectiveWrite>);
  return (
    <fieldset className={classes.group}>
      <legend>Decision</legend>
      <Input
        name="hasDecision"
        label="It watches over a decision"
        kind="switch"
        value={decision ? 'yes' : ''}
        onValue={(text) => set(text === 'yes' ? blank : undefined)}
      />
      {decision && (
        <>
          <Input
            name="chosen"
            label="What was chosen"
            required
            placeholder="model M for support answers"
            value={decision.chosen}
            onValue={(chosen) => set({ ...decision, chosen })}
          />
          <Input
            name="reviewWhen"
            label="To be looked at again when"
            required
            placeholder="it costs over $500 a month"
            value={decision.reviewWhen}
            onValue={(reviewWhen) => set({ ...decision, reviewWhen })}
          />
          <Input
            name="reviewBy"
            label="Or on this day at the latest"
            kind="date"
            value={decision.reviewBy?.slice(0, 10) ?? ''}
            onValue={(day) => {
              const { reviewBy: _, ...rest } = decision;
              set(day ? { ...rest, reviewBy: `${day}T00:00:00Z` } : rest);
            }}
          />
          <div className={classes.full}>
            <Input
              name="why"
              label="Why"
              kind="area"
              required
              value={decision.why}
              onValue={(why) => set({ ...decision, why })}
            />
          </div>
        </>
      )}
    </fieldset>
  );
}
