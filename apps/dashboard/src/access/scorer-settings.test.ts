import { describe, expect, test } from 'vitest';
import { settingFields, settingsOf } from './scorer-settings.js';

const schema = {
  type: 'object',
  required: ['phrases'],
  properties: {
    phrases: { type: 'array', items: { type: 'string' } },
    require: { default: 'all', type: 'string', enum: ['all', 'any', 'none'] },
    caseSensitive: { default: false, type: 'boolean' },
    minOverlap: { default: 0.5, type: 'number' },
    forbid: { default: [], type: 'array', items: { type: 'string', enum: ['list', 'bold'] } },
    expected: { default: null, anyOf: [{ type: 'string' }, { type: 'null' }] },
    schema: { type: 'object' },
  },
};

describe('settings of a scorer', () => {
  test('become fields with their defaults', () => {
    const fields = settingFields(schema, { minOverlap: 0.7, phrases: ['a', 'b'] });
    expect(fields.map(({ name, kind, initial }) => [name, kind, initial])).toEqual([
      ['settings.phrases', 'text', 'a, b'],
      ['settings.require', 'select', 'all'],
      ['settings.caseSensitive', 'switch', ''],
      ['settings.minOverlap', 'number', '0.7'],
      ['settings.forbid', 'checks', ''],
      ['settings.expected', 'text', ''],
      ['settings.schema', 'area', ''],
    ]);
    expect(fields[0]).toMatchObject({ label: 'Phrases', required: true });
    expect(fields[3]?.label).toBe('Min overlap');
  });

  test('come back from what was typed; what is empty keeps its default', () => {
    const values = {
      'settings.phrases': 'sorry, cannot',
      'settings.caseSensitive': 'yes',
      'settings.minOverlap': '',
      'settings.forbid': 'list,bold',
      'settings.schema': '{"type": "object"}',
    };
    expect(settingsOf(schema, values)).toEqual({
      phrases: ['sorry', 'cannot'],
      caseSensitive: true,
      forbid: ['list', 'bold'],
      schema: { type: 'object' },
    });
    expect(() => settingsOf(schema, { 'settings.schema': '{' })).toThrow(SyntaxError);
  });
});
