import type { NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import type { RegistryEntry } from '../../../core/common/registry-entry.ts';
import { Directory } from '../directory/directory.ts';
import { Verifier, type VerifierOptions } from './verify.ts';

const NO_NODES = { nodes: () => [].values() } as unknown as VerifierOptions['directory'];
const etlStatus = async () => undefined;

it('answers in time where what it reads stands still, and lets the next caller in', async () => {
  const connection = { jetstreamManager: () => new Promise(() => undefined) } as unknown as NatsConnection;
  const verifier = new Verifier({ connection, directory: NO_NODES, database: { rows: async () => [] }, etlStatus, lookWithinMs: 5 });
  const late = { code: 'deadline_exceeded', message: expect.stringContaining('nothing is known yet') };
  const both = [1, 2].map(() => expect(verifier.verify({ nodeId: '', waitMs: 1 })).rejects.toMatchObject(late));
  await Promise.all(both);
});

it('does not know a node that neither fleet nor ledger has, and judges one that only one of them has', async () => {
  const connection = {
    jetstreamManager: async () => ({
      consumers: { info: async () => ({ ack_floor: { stream_seq: 0 }, delivered: { stream_seq: 0 } }) },
      streams: { info: async () => ({ state: { messages: 0, first_seq: 1, last_seq: 0 } }) },
    }),
  } as unknown as NatsConnection;
  const rows = async (sql: string): Promise<string[][]> => {
    if (sql.startsWith('select table_name from tables()')) return [['deliveries']];
    return sql.startsWith('select node_id, epoch, max(seq)') && sql.includes("'gone'") ? [['gone', 'ab', '2']] : [];
  };
  const directory = new Directory(() => 1);
  directory.applyEntry('n', { info: { agentVersion: '', name: 'web-1' }, enrolledMs: 0, intervalMs: 0 } as unknown as RegistryEntry);
  const verifier = new Verifier({ connection, directory, database: { rows }, etlStatus });
  const verify = (nodeId: string) => verifier.verify({ nodeId, waitMs: 1 });
  await expect(verify('typo')).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('there is no node "typo"') });
  expect(await verify('web-1')).toMatchObject({ stored: 0, lost: 0, nodes: 0 });
  expect(await verify('gone')).toMatchObject({ lost: 2, nodes: 1, machines: 0 });
});
