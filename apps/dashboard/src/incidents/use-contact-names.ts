import { useApi } from '../api/queries.js';

/** Names of the people an incident can be given to. */
export function useContactNames(): string[] {
  const contacts = useApi<{ items: { name: string }[] }>('/contacts');
  return contacts.data?.items.map(({ name }) => name) ?? [];
}
