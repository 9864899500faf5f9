import { expect, it } from 'vitest';
import type { PipelineStatus } from '../../proto/gen/messages.ts';
import { pipelineLines } from './pipeline.ts';

const STATUS = {
  ...{ pendingMessages: 3, streamBytes: 1, streamMaxBytes: 100, deadLetters: {}, suspendedTables: [], problems: [], durable: true },
  ...{ connectedAgents: 21, connectedMachines: 1 },
} as unknown as PipelineStatus;

it('says of what nobody measured that it is not known, and of agents how many are simulated', () => {
  const lines = pipelineLines(STATUS);
  expect(lines.slice(0, 4)).toEqual([
    'agents connected   1; beside it 20 simulated',
    'rows a second      not known: the ETL does not report',
    'lag                not known, an unknown number of rows',
    'pending messages   3, the oldest for a time that is not known',
  ]);
  expect(lines).toContain('completeness       not known: the ledger cannot be read');
  const idle = pipelineLines({ ...STATUS, completenessAsOf: { seconds: 1, nanos: 0 } });
  expect(idle).toContain('completeness       not known: no batch of the last hour is in the ledger');
  expect(lines.some((line) => line.startsWith('disk'))).toBe(false);
});

it('tells the stream of what was stored where it is on, and what it may lack', () => {
  const line = (processed: PipelineStatus['processed']) =>
    pipelineLines({ ...STATUS, processed }).find((one) => one.startsWith('processed'));
  expect(line(undefined)).toBeUndefined();
  expect(line({ messages: 1, rows: 1, missedRows: 0 })).toBe('processed stream   1 row in 1 message since the ETL started');
  expect(line({ messages: 2, rows: 1204, missedRows: 7, missed: { seconds: 1_700_000_000, nanos: 0 } })).toBe(
    'processed stream   1,204 rows in 2 messages since the ETL started; it may lack 7 stored rows, the last at 2023-11-14T22:13:20.000Z',
  );
});
