import { expect, test } from 'vitest';
import { parametersOf, parametersText } from './runbook-parameters.js';

test('values of an action, a line each', () => {
  const parameters = { prompt: '{{suspect.name}}', query: 'a=b' };
  expect(parametersText(parameters)).toBe('prompt={{suspect.name}}\nquery=a=b');
  expect(parametersOf(`${parametersText(parameters)}\n\n flag \n=nothing`)).toEqual({ ...parameters, flag: '' });
});
