import type { ObjectiveWrite } from '@plimsoll/contract';

export interface DefinitionProps {
  definition: ObjectiveWrite;
  onChange: (part: Partial<ObjectiveWrite>) => void;
}

/** The same object without a property, for optional ones that are emptied. */
export function without<T extends object, K extends keyof T>(object: T, name: K): Omit<T, K> {
  const { [name]: _, ...rest } = object;
  return rest;
}
