import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { prefixOf, UnprovenConnections } from './unproven-connections.ts';

let cut: string[];
const admit = (peer: string, address: string): string | undefined => connections.admit(peer, address, () => cut.push(peer));
const LIMITS = { total: 5, perAddress: 3, idleMs: 10_000 };
let connections: UnprovenConnections;

beforeEach(() => {
  vi.useFakeTimers();
  cut = [];
  connections = new UnprovenConnections(LIMITS);
});
afterEach(() => {
  vi.useRealTimers();
});

test('one address has few, all together have few, and who leaves makes room', () => {
  for (const port of [1, 2, 3]) expect(admit(`10.0.0.1:${port}`, '10.0.0.1')).toBeUndefined();
  expect(admit('10.0.0.1:4', '10.0.0.1')).toBe('3 connections of 10.0.0.1 have not shown yet who they are');
  for (const port of [1, 2]) expect(admit(`10.0.0.2:${port}`, '10.0.0.2')).toBeUndefined();
  expect(admit('10.0.0.2:3', '10.0.0.2')).toBe('5 connections have not shown yet who they are');
  connections.leave('10.0.0.1:1');
  connections.leave('10.0.0.1:1');
  expect(connections.size).toBe(4);
  expect(admit('10.0.0.1:4', '10.0.0.1')).toBeUndefined();
});

test('one without a call is cut, after its first one too; one with a call, or that is known, is not', () => {
  for (const peer of ['silent', 'asks', 'known', 'holds']) {
    admit(peer, peer);
    connections.expectCall(peer);
  }
  connections.leave('known');
  vi.advanceTimersByTime(5000);
  connections.callBegan('asks');
  connections.callBegan('asks');
  connections.callBegan('holds');
  vi.advanceTimersByTime(6000);
  expect(cut).toEqual(['silent']);
  connections.callEnded('asks');
  vi.advanceTimersByTime(20_000);
  expect(cut).toEqual(['silent']);
  connections.callEnded('asks');
  vi.advanceTimersByTime(9999);
  expect(cut).toEqual(['silent']);
  vi.advanceTimersByTime(1);
  expect(cut).toEqual(['silent', 'asks']);
  vi.advanceTimersByTime(600_000);
  expect(cut).toEqual(['silent', 'asks']);
});

test('who fills all places keeps nobody else out, whatever calls it has open', () => {
  for (const port of [1, 2, 3]) admit(`10.0.0.1:${port}`, '10.0.0.1');
  for (const port of [1, 2]) admit(`10.0.0.2:${port}`, '10.0.0.2');
  for (const peer of ['10.0.0.1:1', '10.0.0.1:2', '10.0.0.1:3']) connections.callBegan(peer);
  expect(admit('10.0.0.9:1', '10.0.0.9')).toBeUndefined();
  expect(admit('10.0.0.8:1', '10.0.0.8')).toBeUndefined();
  expect(cut).toEqual(['10.0.0.1:1', '10.0.0.1:2']);
  expect(connections.size).toBe(5);
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
])('the address %s counts as %s', (address, prefix) => {
  expect(prefixOf(address)).toBe(prefix);
});
