import { NativeSelect } from '@mantine/core';
import type { Scorer, judgeEndpoint, scorerKind } from '@plimsoll/contract';
import { useState } from 'react';
import type { z } from 'zod';
import { useApi } from '../api/queries.js';
import { Dialog } from '../design/dialog.js';
import { Loaded } from '../design/states.js';
import { CallForm } from '../form/call-form.js';
import { listOf, type Field, type FormValues } from '../form/field.js';
import { slugOf } from '../form/slug.js';
import { settingFields, settingsOf } from './scorer-settings.js';

type ScorerKind = z.infer<typeof scorerKind>;
type JudgeEndpoint = z.infer<typeof judgeEndpoint>;

interface ScorerDialogProps {
  /** The scorer to change, `new` for one more, null while closed. */
  scorer: Scorer | 'new' | null;
  onClose: () => void;
}

/** Makes a scorer or a new version of one; its settings are those that the chosen kind declares. */
export function ScorerDialog({ scorer, onClose }: ScorerDialogProps) {
  const kinds = useApi<{ items: ScorerKind[] }>('/scorer-kinds', { enabled: scorer !== null });
  const judges = useApi<{ items: JudgeEndpoint[] }>('/judges', { enabled: scorer !== null });
  const title = scorer === 'new' || scorer === null ? 'New scorer' : `Change ${scorer.name}`;
  return (
    <Dialog opened={scorer !== null} onClose={onClose} title={title} size="lg">
      {scorer !== null && (
        <Loaded query={kinds} what="Kinds of scorers">
          {({ items }) => (
            <ScorerForm
              scorer={scorer === 'new' ? null : scorer}
              kinds={items}
              judges={judges.data?.items ?? []}
              onDone={onClose}
            />
          )}
        </Loaded>
      )}
    </Dialog>
  );
}

interface ScorerFormProps {
  scorer: Scorer | null;
  kinds: readonly ScorerKind[];
  judges: readonly JudgeEndpoint[];
  onDone: () => void;
}

function ScorerForm({ scorer, kinds, judges, onDone }: ScorerFormProps) {
  const [kindId, setKindId] = useState(scorer?.kind ?? kinds[0]?.id ?? '');
  const kind = kinds.find(({ id }) => id === kindId);
  if (!kind) return <span className="muted">This installation has no kind &quot;{kindId}&quot;.</span>;
  return (
    <div className="stack">
      {!scorer && (
        <NativeSelect
          label="Kind"
          value={kindId}
          onChange={(event) => setKindId(event.currentTarget.value)}
          data={kinds.map(({ id, title }) => ({ value: id, label: title }))}
        />
      )}
      <span className="muted">{kind.description}</span>
      {kind.id === 'judge' && judges.length === 0 && (
        <div className="notice notice-risk">A judge needs a model to ask: set one under Judge models first.</div>
      )}
      <CallForm
        key={kind.id}
        stacked
        fields={[...settingFieldsOf(kind, scorer, judges), ...commonFields(kind, scorer)]}
        action={scorer ? 'Save as a new version' : 'Make a scorer'}
        invalidates={['/scorers', '/scoring']}
        fault={(values) => faultOf(kind, values)}
        request={(values) => ({
          path: `/scorers/${scorer?.slug ?? slugOf(values.name ?? '')}`,
          method: 'PUT',
          body: {
            slug: scorer?.slug ?? slugOf(values.name ?? ''),
            name: values.name,
            kind: kind.id,
            enabled: scorer?.enabled ?? true,
            settings: settingsOf(kind.settingsSchema, values),
            filter: {
              ...scorer?.filter,
              features: listOf(values.features).length > 0 ? listOf(values.features) : undefined,
            },
            sampleRate: Number(values.sampled) / 100,
          },
        })}
        onDone={onDone}
      />
    </div>
  );
}

function commonFields(kind: ScorerKind, scorer: Scorer | null): Field[] {
  return [
    { name: 'name', label: 'Name', required: true, initial: scorer?.name ?? kind.title },
    {
      name: 'features',
      label: 'Features',
      initial: scorer?.filter.features?.join(', ') ?? '',
      hint: 'Several with commas between them; empty: all',
    },
    {
      name: 'sampled',
      label: 'Share of calls that is scored, in per cent',
      kind: 'number',
      required: true,
      initial: String((scorer?.sampleRate ?? 1) * 100),
      hint: 'Chosen at random by the trace; figures are weighted back to all calls',
    },
  ];
}

function settingFieldsOf(kind: ScorerKind, scorer: Scorer | null, judges: readonly JudgeEndpoint[]): Field[] {
  const fields = settingFields(kind.settingsSchema, scorer?.settings ?? {});
  const options = judges.map(({ name, model }) => ({ value: name, label: `${name} (${model})` }));
  return fields.map((field) =>
    field.name === 'settings.endpoint' && options.length > 0
      ? { ...field, kind: 'select', label: 'Judge model', options, initial: field.initial || options[0]?.value }
      : field,
  );
}

function faultOf(kind: ScorerKind, values: FormValues): string | null {
  const share = Number(values.sampled);
  if (!(share >= 0 && share <= 100)) return 'The share is a number from 0 to 100.';
  try {
    settingsOf(kind.settingsSchema, values);
    return null;
  } catch (error) {
    return error instanceof Error ? `No valid JSON: ${error.message}` : 'No valid JSON.';
  }
}
