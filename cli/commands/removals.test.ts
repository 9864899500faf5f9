import { expect, test } from 'vitest';
import type { FleetClient } from '../fleet/fleet-client.ts';
import { recordingOutput } from '../terminal/recording-output.ts';
import { removeOne } from './removals.ts';

type Answers = Record<string, (request: never) => unknown>;

/** A gateway that answers with `answers` and keeps what it was asked. */
function staged(answers: Answers): { client: Pick<FleetClient, 'call'>; asked: [string, unknown][] } {
  const asked: [string, unknown][] = [];
  const call = async (name: string, request: unknown): Promise<unknown> => {
    asked.push([name, request]);
    return answers[name]?.(request as never);
  };
  return { client: { call } as Pick<FleetClient, 'call'>, asked };
}

test('a dry run of one node shows it and removes nothing', async () => {
  const { client, asked } = staged({ getNode: () => ({ nodeId: 'n-1', info: { name: 'web-1' }, kind: 'NODE_KIND_MACHINE' }) });
  const output = recordingOutput();
  await removeOne(client, 'web-1', { dryRun: true }, { output });
  expect(output.stdout).toMatch(/web-1 +machine +n-1/);
  await removeOne(client, 'web-1', { dryRun: true, json: true }, { output });
  expect(output.stdout).toContain('"removed": false');
  expect(asked.map(([name]) => name)).toEqual(['getNode', 'getNode']);
});

test('one node is removed without a question, with --yes as without', async () => {
  const { client, asked } = staged({ removeNode: () => ({}) });
  const output = recordingOutput();
  await removeOne(client, 'web-1', {}, { output });
  await removeOne(client, 'web-1', { yes: true }, { output });
  expect(asked).toEqual([
    ['removeNode', { node: 'web-1' }],
    ['removeNode', { node: 'web-1' }],
  ]);
});
