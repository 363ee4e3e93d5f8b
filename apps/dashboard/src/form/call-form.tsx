import { Button } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { ApiError, type RequestOptions } from '../api/client.js';
import { useCall } from '../api/queries.js';
import { startValues, type Field, type FormValues } from './field.js';
import { FieldInput } from './field-input.js';
import classes from './form.module.css';

interface FormRequest extends Pick<RequestOptions, 'method' | 'body'> {
  path: string;
}

interface CallFormProps<T> {
  fields: readonly Field[];
  /** The word on the button. */
  action: string;
  request: (values: FormValues) => FormRequest;
  /** Paths whose lists are old afterwards. */
  invalidates: readonly string[];
  onDone?: ((answer: T) => void) | undefined;
  /** One field below the other, for dialogs. */
  stacked?: boolean;
  /** Not the main thing to do on its page: its button is not filled. */
  quiet?: boolean;
  /** Why it cannot be sent as it stands; null when it can. */
  fault?: (values: FormValues) => string | null;
  /** Below the fields. */
  children?: (values: FormValues) => ReactNode;
}

/** A form that makes one call of the API; a refusal is shown at the field it names. */
export function CallForm<T>(props: CallFormProps<T>) {
  const { fields, action, request, invalidates, onDone, stacked = false, quiet = false, fault, children } = props;
  const [values, setValues] = useState(() => startValues(fields));
  const call = useCall<T>(invalidates);
  const shown = fields.filter(({ when }) => when?.(values) ?? true);
  const named = call.error instanceof ApiError ? call.error.field : null;
  const place = shown.find(({ name }) => name === named || named?.startsWith(`${name}.`))?.name;
  const wrong = fault?.(values) ?? null;
  const submit = () => {
    if (wrong !== null) return;
    const { path, ...rest } = request(values);
    call.mutate(
      { path, method: 'POST', ...rest },
      {
        onSuccess: (answer) => {
          setValues(startValues(fields));
          onDone?.(answer);
        },
      },
    );
  };
  return (
    <form
      className={classes.form}
      data-stacked={stacked}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {shown.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name] ?? ''}
          error={place === field.name ? call.error?.message : undefined}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      {children?.(values)}
      {(wrong ?? (call.isError && place === undefined)) && (
        <div className={`notice notice-failing ${classes.wide}`} role="alert">
          {wrong ?? `${named ? `${named}: ` : ''}${call.error?.message}`}
        </div>
      )}
      <Button type="submit" variant={quiet ? 'default' : 'filled'} loading={call.isPending} disabled={wrong !== null}>
        {action}
      </Button>
    </form>
  );
}
