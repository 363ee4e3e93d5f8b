import type { Field } from './field.js';
import { FieldInput } from './field-input.js';

interface InputProps extends Field {
  value: string;
  error?: string | undefined;
  onValue: (value: string) => void;
}

/** One field of a larger form that keeps its values itself. */
export function Input({ value, error, onValue, ...field }: InputProps) {
  return <FieldInput field={field} value={value} error={error} onChange={onValue} />;
}
