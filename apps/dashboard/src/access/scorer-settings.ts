import type { Field, FormValues } from '../form/field.js';
import { listOf } from '../form/field.js';

/** The part of JSON Schema that the kinds of scorers use; anything else is edited as JSON. */
interface SettingSchema {
  type?: string | string[];
  anyOf?: SettingSchema[];
  enum?: string[];
  items?: SettingSchema;
  default?: unknown;
  description?: string;
}

type SettingKind = 'text' | 'number' | 'flag' | 'choice' | 'choices' | 'words' | 'json';

interface Settings {
  properties?: Record<string, SettingSchema>;
  required?: string[];
}

/** `minDeflateRatio` as words: `Min deflate ratio`. */
function labelOf(name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function kindOf(schema: SettingSchema): SettingKind {
  const types = [schema.type, ...(schema.anyOf ?? []).map(({ type }) => type)].flat();
  if (schema.enum) return 'choice';
  if (types.includes('array'))
    return schema.items?.enum ? 'choices' : schema.items?.type === 'string' ? 'words' : 'json';
  if (types.includes('object')) return 'json';
  if (types.includes('boolean')) return 'flag';
  if (types.includes('number') || types.includes('integer')) return 'number';
  return 'text';
}

const fieldKinds: Record<SettingKind, Field['kind']> = {
  text: 'text',
  number: 'number',
  flag: 'switch',
  choice: 'select',
  choices: 'checks',
  words: 'text',
  json: 'area',
};

function textOf(kind: SettingKind, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (kind === 'json') return JSON.stringify(value, null, 2);
  if (kind === 'flag') return value === true ? 'yes' : '';
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
}

const prefix = 'settings.';

/** The form's fields for the settings of a kind, filled with `present` or the defaults. */
export function settingFields(schema: unknown, present: Readonly<Record<string, unknown>>): Field[] {
  const { properties = {}, required = [] } = schema as Settings;
  return Object.entries(properties).map(([name, property]) => {
    const kind = kindOf(property);
    const options = (property.enum ?? property.items?.enum ?? []).map((value) => ({ value, label: labelOf(value) }));
    return {
      name: prefix + name,
      label: labelOf(name),
      kind: name === 'criterion' ? 'area' : fieldKinds[kind],
      options,
      required: required.includes(name),
      hint: property.description ?? (kind === 'words' ? 'Several with commas between them' : undefined),
      initial: textOf(kind, present[name] ?? property.default),
    };
  });
}

/**
 * The settings that these fields say; what is left empty is left out, so that the kind's default holds.
 * @throws SyntaxError where JSON is wanted and something else was typed
 */
export function settingsOf(schema: unknown, values: FormValues): Record<string, unknown> {
  const { properties = {} } = schema as Settings;
  const settings: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const kind = kindOf(property);
    const text = values[prefix + name]?.trim() ?? '';
    if (kind === 'flag') settings[name] = text === 'yes';
    else if (kind === 'choices') settings[name] = listOf(text);
    else if (text === '') continue;
    else if (kind === 'number') settings[name] = Number(text);
    else if (kind === 'words') settings[name] = listOf(text);
    else if (kind === 'json') settings[name] = JSON.parse(text) as unknown;
    else settings[name] = text;
  }
  return settings;
}
