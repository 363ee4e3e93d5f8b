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

interface ChoiceProps<T extends string> extends Omit<Field, 'kind' | 'options'> {
  value: T;
  /** What each value is called, in the order of the list. */
  words: Readonly<Record<T, string>>;
  onValue: (value: T) => void;
}

/** One of a few values that a type knows. */
export function Choice<T extends string>({ value, words, onValue, ...field }: ChoiceProps<T>) {
  const names = Object.keys(words) as T[];
  const take = (text: string) => {
    const chosen = names.find((name) => name === text);
    if (chosen !== undefined) onValue(chosen);
  };
  const options = names.map((name) => ({ value: name, label: words[name] }));
  return <Input {...field} kind="select" options={options} value={value} onValue={take} />;
}

interface ToggleProps extends Omit<Field, 'kind'> {
  value: boolean;
  onValue: (value: boolean) => void;
}

/** Yes or no. */
export function Toggle({ value, onValue, ...field }: ToggleProps) {
  return <Input {...field} kind="switch" value={value ? 'yes' : ''} onValue={(text) => onValue(text === 'yes')} />;
}

interface OptionalNumberProps extends Omit<Field, 'kind'> {
  value: number | undefined;
  /** Undefined: the field is empty. */
  onValue: (value: number | undefined) => void;
}

/** A number that need not be given; what is no number counts as 0 until it is one. */
export function OptionalNumber({ value, onValue, ...field }: OptionalNumberProps) {
  return (
    <Input
      {...field}
      kind="number"
      value={value === undefined ? '' : String(value)}
      onValue={(text) => onValue(text === '' ? undefined : Number(text) || 0)}
    />
  );
}
