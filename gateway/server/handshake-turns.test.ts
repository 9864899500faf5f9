import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { HandshakeTurns } from './handshake-turns.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ATTACKER = '192.0.2.9';

/** Asks for so many, and notes in `begun` whose turn came. */
function ask(turns: HandshakeTurns, address: string, count: number, begun: string[], refused: string[] = []): void {
  for (let i = 0; i < count; i++)
    turns.ask(
      address,
      () => begun.push(address),
      (why) => refused.push(why),
    );
}

it('begins at once what comes alone, and so many in a moment, fewer while the thread is busy', async () => {
  let busy = false;
  const turns = new HandshakeTurns({ perMoment: 8, perBusyMoment: 2, busy: () => busy });
  const begun: string[] = [];
  ask(turns, '10.0.0.1', 1, begun);
  expect(begun).toHaveLength(1);
  ask(turns, '10.0.0.1', 30, begun);
  expect(begun).toHaveLength(8);
  await vi.advanceTimersByTimeAsync(10);
  expect(begun).toHaveLength(16);
  busy = true;
  await vi.advanceTimersByTimeAsync(20);
  expect(begun).toHaveLength(20);
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toHaveLength(31);
  expect([turns.size, vi.getTimerCount()]).toEqual([0, 0]);
});

it('gives each address its turn, however many another has waiting', async () => {
  const turns = new HandshakeTurns({ perMoment: 2, perBusyMoment: 2, busy: () => true });
  const begun: string[] = [];
  ask(turns, ATTACKER, 1000, begun);
  for (let i = 1; i <= 4; i++) ask(turns, `10.0.0.${i}`, 1, begun);
  await vi.advanceTimersByTimeAsync(50);
  expect(begun.filter((address) => address !== ATTACKER).sort()).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
  turns.stop();
});

it('gives every other turn to addresses of which somebody is known, before a crowd of strangers', async () => {
  const turns = new HandshakeTurns({ perMoment: 2, perBusyMoment: 2, busy: () => true });
  const begun: string[] = [];
  turns.known('10.9.9.9');
  for (let i = 0; i < 250; i++) ask(turns, `192.0.2.${i}`, 2, begun);
  ask(turns, '10.9.9.9', 3, begun);
  await vi.advanceTimersByTimeAsync(40);
  expect(begun.filter((address) => address === '10.9.9.9')).toHaveLength(3);
  turns.stop();
});

it('lets a crowd behind one address in, all of it', async () => {
  const turns = new HandshakeTurns({ busy: () => true, waitingOfAddress: 500 });
  const begun: string[] = [];
  const refused: string[] = [];
  ask(turns, '198.51.100.1', 400, begun, refused);
  await vi.advanceTimersByTimeAsync(2000);
  expect([begun.length, refused.length]).toEqual([400, 0]);
});

it('refuses in words what waits for too long, and what has no place to wait', async () => {
  const turns = new HandshakeTurns({ perMoment: 1, perBusyMoment: 1, waiting: 6, waitingOfAddress: 4, waitMs: 20, busy: () => true });
  const begun: string[] = [];
  const refused: string[] = [];
  ask(turns, ATTACKER, 6, begun, refused);
  expect(refused).toEqual([`4 connections of ${ATTACKER} wait for their TLS handshake`]);
  ask(turns, '10.0.0.1', 2, begun, refused);
  // It would have as many as the one that has most.
  ask(turns, '10.0.0.1', 1, begun, refused);
  expect(refused[1]).toBe('another address needs its place to wait for a TLS handshake');
  ask(turns, '10.0.0.1', 1, begun, refused);
  expect(refused[2]).toBe('6 connections wait for their TLS handshake');
  await vi.advanceTimersByTimeAsync(20);
  expect(refused.slice(3)).toContain('it waited 0.02 s for its TLS handshake, as too many came at once');
  expect(begun.length + refused.length).toBe(10);
  expect(turns.size).toBe(0);
});

it('keeps no address out, however few hold all places: those that hold most give theirs up, the oldest first', () => {
  const turns = new HandshakeTurns({ perMoment: 1, perBusyMoment: 1, waiting: 8, waitingOfAddress: 4, busy: () => true });
  const begun: string[] = [];
  const sentAway: string[] = [];
  const wait = (address: string, name = address): void => {
    turns.ask(
      address,
      () => begun.push(name),
      () => sentAway.push(name),
    );
  };
  wait('10.0.0.9');
  // One household of IPv6, whatever address it takes.
  for (let i = 0; i < 4; i++) wait(`2001:db8:1:2::${i}`, `v6 ${i}`);
  for (let i = 0; i < 4; i++) wait('192.0.2.1', `v4 ${i}`);
  expect(turns.size).toBe(8);
  for (let i = 0; i < 4; i++) wait(`10.0.0.${i}`);
  expect(sentAway.sort()).toEqual(['v4 0', 'v4 1', 'v6 0', 'v6 1']);
  // Each has its share now.
  wait('10.0.0.5');
  wait('10.0.0.6');
  wait('10.0.0.7');
  expect(sentAway.slice(4)).toEqual(['v6 2', 'v4 2', '10.0.0.7']);
  expect(turns.size).toBe(8);
  turns.stop();
});

it('gives an address of which somebody is known a place before strangers, of whom each has but one', () => {
  const turns = new HandshakeTurns({ perMoment: 1, perBusyMoment: 1, waiting: 4, busy: () => true });
  const refused: string[] = [];
  ask(turns, '10.0.0.9', 1, []);
  turns.known('10.9.9.9');
  for (let i = 0; i < 4; i++) ask(turns, `192.0.2.${i}`, 1, [], refused);
  ask(turns, '192.0.2.5', 1, [], refused);
  expect(refused).toEqual(['4 connections wait for their TLS handshake']);
  ask(turns, '10.9.9.9', 1, [], refused);
  expect(refused[1]).toBe('another address needs its place to wait for a TLS handshake');
  expect(turns.size).toBe(4);
  turns.stop();
});

it('forgets one that has gone', async () => {
  const turns = new HandshakeTurns({ perMoment: 1, perBusyMoment: 1, busy: () => true });
  const begun: string[] = [];
  ask(turns, '10.0.0.1', 1, begun);
  const leave = turns.ask(
    '10.0.0.2',
    () => begun.push('gone'),
    () => begun.push('refused'),
  );
  leave();
  leave();
  await vi.advanceTimersByTimeAsync(5000);
  expect(begun).toEqual(['10.0.0.1']);
});
