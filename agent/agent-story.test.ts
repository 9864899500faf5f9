import { pino } from 'pino';
import { expect, test } from 'vitest';
import { AgentStory } from './agent-story.ts';
import { createEvents } from './events.ts';

test('an outage and its end are told with their times, and reach the event log as before', () => {
  let nowMs = 1000;
  const log = createEvents(pino({ level: 'silent' }));
  const story = new AgentStory(() => nowMs);
  const events = story.watch(log);
  expect(story.connection).toMatchObject({ state: 'connecting', sinceMs: 1000 });
  events.uplink.connected('gateway-1', -40);
  expect(story.connection).toMatchObject({ state: 'connected', gateway: 'gateway-1', retryMs: 0 });
  expect(story.skewMs).toBe(-40);
  nowMs = 5000;
  events.uplink.disconnected({ kind: 'lost', words: 'gone' }, 500);
  nowMs = 6000;
  events.uplink.disconnected({ kind: 'lost', words: 'still gone' }, 700);
  expect(story.connection).toMatchObject({
    state: 'disconnected',
    sinceMs: 5000,
    lastError: 'still gone',
    lastErrorMs: 6000,
    retryMs: 6700,
  });
  nowMs = 7000;
  events.uplink.connected('gateway-2', 0);
  expect(story.connection).toMatchObject({ state: 'connected', sinceMs: 7000, lastError: 'still gone' });
  expect(log.counts.get('disconnected')).toBe(2);
});

test('collectors come and go, clock, sleep and network leave their last time', () => {
  const story = new AgentStory(() => 9000);
  const events = story.watch(createEvents(pino({ level: 'silent' })));
  events.collectors.unavailable('cpu', 'no /proc/stat');
  events.collectors.absent('gpu', 'none');
  expect(story.unavailable).toEqual([
    { collector: 'cpu', reason: 'no /proc/stat', sinceMs: 9000, absent: false },
    { collector: 'gpu', reason: 'none', sinceMs: 9000, absent: true },
  ]);
  events.collectors.available('cpu');
  expect(story.unavailable.map(({ collector }) => collector)).toEqual(['gpu']);
  events.clockStepped(-3000);
  events.network.slept(60_000);
  events.network.networkChanged(['10.0.0.1']);
  expect(story.lastClockStep).toEqual({ atMs: 9000, stepMs: -3000 });
  expect(story.lastSleep).toEqual({ atMs: 9000, stepMs: 60_000 });
  expect(story.lastNetworkChangeMs).toBe(9000);
});
