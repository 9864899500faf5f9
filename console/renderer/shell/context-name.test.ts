import { expect, test } from 'vitest';
import { contextName } from './context-name.ts';

test.each([
  [undefined, ''],
  [{ name: 'prod', gateway: 'gw.example.org:7443' }, 'prod'],
  [{ name: '127.0.0.1:7443', gateway: '127.0.0.1:7443' }, 'Local fleet'],
  [{ name: '[::1]:7443', gateway: '[::1]:7443' }, 'Local fleet'],
  [{ name: 'gw.example.org:7443', gateway: 'gw.example.org:7443' }, 'gw.example.org'],
])('%j is called %s', (context, name) => expect(contextName(context)).toBe(name));
