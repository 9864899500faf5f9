import type { NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { Verifier, type VerifierOptions } from './verify.ts';

const NO_NODES = { nodes: () => [].values() } as unknown as VerifierOptions['directory'];

it('answers in time where what it reads stands still, and lets the next caller in', async () => {
  const connection = { jetstreamManager: () => new Promise(() => undefined) } as unknown as NatsConnection;
  const verifier = new Verifier({ connection, directory: NO_NODES, database: { rows: async () => [] }, lookWithinMs: 5 });
  const late = { code: 'deadline_exceeded', message: expect.stringContaining('nothing is known yet') };
  const both = [1, 2].map(() => expect(verifier.verify({ nodeId: '', waitMs: 1 })).rejects.toMatchObject(late));
  await Promise.all(both);
});
