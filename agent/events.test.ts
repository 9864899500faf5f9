import { expect, test } from 'vitest';
import { createLog } from '../core/node/log.ts';
import { createEvents } from './events.ts';

test('what a machine does not have is logged and counted, but is no event of it; what cannot be read is', () => {
  const events = createEvents(createLog('agent', 'silent'), () => 5);
  events.collectors.absent('gpu', 'there is no GPU');
  expect([events.counts.get('collector_absent'), events.take()]).toEqual([1, []]);
  events.collectors.unavailable('smart', 'smartctl is missing: install smartmontools');
  expect(events.take()).toEqual([
    {
      timeUs: 5,
      kind: 'collector_unavailable',
      severity: 'warning',
      text: 'collector smart is unavailable: smartctl is missing: install smartmontools',
      attributes: { collector: 'smart', reason: 'smartctl is missing: install smartmontools' },
    },
  ]);
});
