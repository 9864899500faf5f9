import { expect, test } from 'vitest';
import { argumentsOf, formOf } from './command-forms.ts';

test('what is left as it was has its initial value; an empty field that is needed is named', () => {
  expect(argumentsOf(formOf('ping'), { host: ' gw ' })).toEqual({ host: 'gw', count: '4' });
  expect(() => argumentsOf(formOf('ping'), { host: '' })).toThrow('Host is empty');
  expect(() => argumentsOf(formOf('ping'), { host: 'gw', count: '21' })).toThrow('from 1 to 20');
});

test('a command the console does not know takes pairs, and asks first where its name says that it changes something', () => {
  expect(argumentsOf(formOf('trim_logs'), { '': 'days=3 path=/var/log' })).toEqual({ days: '3', path: '/var/log' });
  expect(() => argumentsOf(formOf('trim_logs'), { '': 'days' })).toThrow('write name=value');
  expect(formOf('restart_everything').asks).toBeDefined();
  expect(formOf('constructor').title).toBe('constructor');
});
