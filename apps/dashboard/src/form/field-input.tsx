import { NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import type { ChangeEvent } from 'react';
import { listOf, type Field } from './field.js';
import classes from './form.module.css';

interface FieldInputProps {
  field: Field;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

const inputTypes: Partial<Record<NonNullable<Field['kind']>, string>> = {
  secret: 'password',
  moment: 'datetime-local',
  date: 'date',
  time: 'time',
};

/** One field of a form as its kind wants it. */
export function FieldInput({ field, value, error, onChange }: FieldInputProps) {
  const { label, kind = 'text', hint, placeholder, required, options = [], wide } = field;
  const take = (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>) =>
    onChange(event.currentTarget.value);
  const shared = { label, description: hint, error, className: wide || kind === 'area' ? (classes.wide ?? '') : '' };
  if (kind === 'switch') {
    return (
      <Switch
        {...shared}
        checked={value === 'yes'}
        onChange={(event) => onChange(event.currentTarget.checked ? 'yes' : '')}
      />
    );
  }
  if (kind === 'select') {
    const data = options.some((option) => option.value === value) ? options : [{ value, label: value }, ...options];
    return <NativeSelect {...shared} value={value} onChange={take} data={[...data]} />;
  }
  if (kind === 'area') {
    return (
      <Textarea
        {...shared}
        value={value}
        onChange={take}
        required={required ?? false}
        placeholder={placeholder}
        autosize
        minRows={3}
        maxRows={16}
      />
    );
  }
  if (kind === 'checks') return <Checks field={field} value={value} onChange={onChange} />;
  return (
    <TextInput
      {...shared}
      type={inputTypes[kind] ?? 'text'}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      autoComplete="off"
      value={value}
      onChange={take}
      required={required ?? false}
      placeholder={placeholder}
    />
  );
}

function Checks({ field, value, onChange }: Omit<FieldInputProps, 'error'>) {
  const chosen = listOf(value);
  return (
    <fieldset className={classes.checks}>
      <legend>{field.label}</legend>
      {(field.options ?? []).map((option) => (
        <label key={option.value}>
          <input
            type="checkbox"
            checked={chosen.includes(option.value)}
            onChange={(event) =>
              onChange(
                (event.currentTarget.checked
                  ? [...chosen, option.value]
                  : chosen.filter((name) => name !== option.value)
                ).join(','),
              )
            }
          />
          {option.label}
        </label>
      ))}
    </fieldset>
  );
}
