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
  expect(lines.some((line) => line.startsWith('disk'))).toBe(false);
});
