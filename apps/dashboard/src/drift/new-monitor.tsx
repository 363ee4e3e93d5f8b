import { CallForm } from '../form/call-form.js';
import type { Field } from '../form/field.js';

const fields: readonly Field[] = [
  { name: 'feature', label: 'Watch a feature', required: true, placeholder: 'support-answer' },
  {
    name: 'reference',
    label: 'Against',
    kind: 'select',
    options: [
      { value: 'rolling', label: 'the 7 days before' },
      { value: 'fixed', label: 'first calls of the prompt version' },
    ],
  },
];

/** Starts to watch one more feature. */
export function NewMonitor() {
  return (
    <div style={{ padding: 12 }}>
      <CallForm
        fields={fields}
        action="Watch"
        invalidates={['/drift/monitors']}
        request={({ feature, reference }) => ({
          path: '/drift/monitors',
          body: { name: feature, feature, reference },
        })}
      />
    </div>
  );
}
