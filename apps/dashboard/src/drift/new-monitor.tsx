import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useCall } from '../api/queries.js';

/** Starts to watch one more feature. */
export function NewMonitor() {
  const [feature, setFeature] = useState('');
  const [reference, setReference] = useState('rolling');
  const call = useCall(['/drift/monitors']);
  return (
    <form
      className="row-wrap"
      style={{ padding: 12, alignItems: 'flex-end' }}
      onSubmit={(event) => {
        event.preventDefault();
        call.mutate(
          { path: '/drift/monitors', method: 'POST', body: { name: feature, feature, reference } },
          { onSuccess: () => setFeature('') },
        );
      }}
    >
      <TextInput
        label="Watch a feature"
        placeholder="support-answer"
        required
        value={feature}
        onChange={(event) => setFeature(event.currentTarget.value)}
        error={call.error?.message}
      />
      <NativeSelect
        label="Against"
        value={reference}
        onChange={(event) => setReference(event.currentTarget.value)}
        data={[
          { value: 'rolling', label: 'the 7 days before' },
          { value: 'fixed', label: 'first calls of the prompt version' },
        ]}
      />
      <Button type="submit" loading={call.isPending}>
        Watch
      </Button>
    </form>
  );
}
