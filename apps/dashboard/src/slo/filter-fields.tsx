import { useState } from 'react';
import { listOf } from '../form/field.js';
import { Input } from '../form/input.js';
import { callDimensions, dimensionLabels } from './call-words.js';
import type { DefinitionProps } from './definition.js';
import { filterOfText, filterText } from './filter-text.js';
import classes from './slo.module.css';

/** A key that calls carry: the only form in which a group is no dimension of its own. */
const keyPattern = /^(attributes|resource|metadata|tags)\../;
const isKnown = (name: string): boolean => (callDimensions as readonly string[]).includes(name);

/** Which calls beyond the feature, and what is judged apart. */
export function FilterFields({ definition, onChange }: DefinitionProps) {
  const { filter, groupBy } = definition;
  const [typed, setTyped] = useState(() => filterText(filter));
  const [key, setKey] = useState(() => groupBy.filter((name) => !isKnown(name)).join(', '));
  const known = groupBy.filter(isKnown);
  const setGroups = (dimensions: readonly string[], keys: readonly string[]) =>
    onChange({ groupBy: [...new Set([...dimensions, ...keys.filter((name) => keyPattern.test(name))])].slice(0, 2) });
  const keys = listOf(key);
  return (
    <>
      <div className={classes.full}>
        <Input
          name="filter"
          label="Only calls with"
          placeholder="all of the feature"
          hint="Such as customer=globex|initech, metadata.tier=gold, attributes.region=eu; commas mean and, | means or"
          value={typed}
          error={filterOfText(typed, filter) === null ? 'Name, =, and a value' : undefined}
          onValue={(text) => {
            setTyped(text);
            const next = filterOfText(text, filter);
            if (next) onChange({ filter: next });
          }}
        />
      </div>
      <div className={classes.full}>
        <Input
          name="groupBy"
          label="Judge each of these apart (at most two)"
          kind="checks"
          value={known.join(',')}
          options={callDimensions.map((value) => ({ value, label: dimensionLabels[value] }))}
          onValue={(text) => setGroups(listOf(text), keys)}
        />
      </div>
      <div className={classes.full}>
        <Input
          name="groupByKey"
          label="Or each value of a key that calls carry"
          placeholder="attributes.region"
          hint="attributes., resource., metadata. or tags. and the key"
          value={key}
          error={
            keys.every((name) => keyPattern.test(name))
              ? undefined
              : 'Begins with attributes., resource., metadata. or tags.'
          }
          onValue={(text) => {
            setKey(text);
            setGroups(known, listOf(text));
          }}
        />
      </div>
    </>
  );
}
