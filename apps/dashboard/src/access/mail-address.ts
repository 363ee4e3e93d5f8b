import { listOf, type FormValues } from '../form/field.js';

/** The address of a mail channel, `smtp://host:587?from=...&to=a,b&user=...`, from the fields of its form. */
export function mailAddress(values: FormValues): string {
  const query = new URLSearchParams({ from: (values.from ?? '').trim(), to: listOf(values.to).join(',') });
  if (values.user?.trim()) query.set('user', values.user.trim());
  return `${values.encryption || 'smtp'}://${(values.host ?? '').trim()}?${query.toString()}`;
}
