import { fromWallTime, toWallTime } from '../time/zone.js';

/** What one types, as text: a switch is `yes` or empty, several choices are joined with commas. */
export type FormValues = Readonly<Record<string, string>>;

export interface Field {
  /** As the API names it, so that its complaint about a field finds it. */
  name: string;
  label: string;
  /** `text` unless said otherwise. `moment` is a wall-clock time in the zone of the page. */
  kind?:
    'text' | 'secret' | 'number' | 'select' | 'area' | 'switch' | 'moment' | 'date' | 'time' | 'checks' | undefined;
  options?: readonly { value: string; label: string }[] | undefined;
  required?: boolean | undefined;
  placeholder?: string | undefined;
  hint?: string | undefined;
  initial?: string | undefined;
  /** Uses the whole width. */
  wide?: boolean | undefined;
  /** Shown only when this holds for what is typed so far. */
  when?: ((values: FormValues) => boolean) | undefined;
}

export function startValues(fields: readonly Field[]): FormValues {
  return Object.fromEntries(
    fields.map(({ name, initial, options, kind }) => [
      name,
      initial ?? (kind === 'select' ? (options?.[0]?.value ?? '') : ''),
    ]),
  );
}

/** Words between commas, without blanks and empty ones. */
export function listOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** `name` with its value where something was typed; nothing otherwise, so that it can be spread into a body. */
export function given(values: FormValues, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (values[name]?.trim() ? [[name, values[name].trim()]] : [])));
}

/** `2026-11-22T14:30` on the wall clock of a zone as an ISO instant. */
export function instantOfWall(text: string, zone: string): string {
  return new Date(fromWallTime(Date.parse(`${text}Z`), zone)).toISOString();
}

/** The other way, for the fields of a form. */
export function wallOfInstant(ms: number, zone: string): string {
  return new Date(toWallTime(ms, zone)).toISOString().slice(0, 16);
}
