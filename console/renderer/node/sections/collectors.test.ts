import { expect, test } from 'vitest';
import { unavailableOf } from './collectors.ts';

const event = (kind: string, collector: string, reason = '') => ({
  kind,
  text: 'words',
  attributes: JSON.stringify({ collector, reason }),
});

test('the newest word of each collector counts, and none from before the agent started', () => {
  const events = [
    event('collector_available', 'clock'),
    event('collector_unavailable', 'smart', 'smartctl is not installed'),
    event('collector_unavailable', 'clock', 'no source'),
    { kind: 'collector_unavailable', text: 'odd', attributes: 'no json' },
    { kind: 'agent_started', text: '', attributes: '{}' },
    event('collector_unavailable', 'gpu', 'gone since'),
  ];
  expect([...unavailableOf(events)]).toEqual([['smart', 'smartctl is not installed']]);
});
