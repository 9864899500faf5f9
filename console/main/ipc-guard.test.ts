import type { WebFrameMain } from 'electron';
import { expect, test, vi } from 'vitest';
import { listenToPages, refusalOf } from './ipc-guard.ts';

const own = { url: 'muster-console://window/index.html#/fleet', parent: null };
const frame = (some: object) => ({ senderFrame: { ...own, ...some } as Pick<WebFrameMain, 'url' | 'parent'> });

test('our own page’s top frame on our channel is heard', () => {
  expect(refusalOf('muster:page', frame({}))).toBe('');
});

test.each([
  ['other:page', frame({}), /none of ours/],
  ['muster:page', { senderFrame: null }, /gone/],
  ['muster:page', frame({ parent: own }), /frame within/],
  ['muster:page', frame({ url: 'https://evil.example/' }), /none of ours/],
  ['muster:page', frame({ url: 'muster-console://window.evil.example/' }), /none of ours/],
  ['muster:page', frame({ url: 'file:///muster-console://window/' }), /none of ours/],
  ['muster:page', frame({ url: '' }), /none of ours/],
])('%s from %j is refused', (channel, sender, words) => {
  expect(refusalOf(channel, sender)).toMatch(words);
});

test('a refused message goes no further and is reported', () => {
  const handlers: ((...values: unknown[]) => void)[] = [];
  const ipc = { on: (_: string, handler: (...values: unknown[]) => void) => handlers.push(handler), off: vi.fn() };
  const heard = vi.fn();
  const refused = vi.fn();
  const stop = listenToPages(ipc as never, 'muster:page', heard, refused);
  handlers[0]?.(frame({ url: 'about:blank' }), { kind: 'request' });
  expect(heard).not.toHaveBeenCalled();
  expect(refused).toHaveBeenCalledOnce();
  handlers[0]?.(frame({}), { kind: 'request' });
  expect(heard).toHaveBeenCalledOnce();
  stop();
  expect(ipc.off).toHaveBeenCalledOnce();
});
