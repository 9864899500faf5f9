import { expect, test } from 'vitest';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { recordingOutput } from '../terminal/recording-output.fixture.ts';
import { removeMatching, removeOne } from './removals.ts';

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

const matching = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ nodeId: `id-${i}`, name: `sim-${i}`, kind: 'NODE_KIND_SIMULATION' }));

test('nodes of a filter are shown before the question, and exactly these are removed', async () => {
  const { client, asked } = staged({ removeNodes: () => ({ nodes: matching(2) }) });
  const output = recordingOutput();
  let question = '';
  const ask = async (about: { question: string }): Promise<void> => {
    question = about.question;
    expect(output.stderr).toMatch(/sim-0 +simulation +id-0\nsim-1/);
  };
  await removeMatching(client, { filter: 'sim' }, { output }, ask);
  expect(question).toBe('Remove 2 nodes that match sim (2 simulated) from the fleet?');
  expect(asked.map(([, request]) => request)).toEqual([
    { filter: 'sim', dryRun: true, expected: 0, nodeIds: [] },
    { filter: 'sim', dryRun: false, expected: 2, nodeIds: ['id-0', 'id-1'] },
  ]);
  expect(output.stdout).toBe('removed 2 nodes: sim-0, sim-1\n');
});

test('of many nodes some are shown, and how many more; a no removes nothing', async () => {
  const { client, asked } = staged({ removeNodes: () => ({ nodes: matching(25) }) });
  const output = recordingOutput();
  const refuse = () => Promise.reject(new Error('nothing was removed'));
  await expect(removeMatching(client, { filter: 'sim' }, { output }, refuse)).rejects.toThrow('nothing was removed');
  expect(output.stderr).toContain('sim-19');
  expect(output.stderr).not.toContain('sim-20');
  expect(output.stderr).toContain('and 5 more: --dry-run shows all');
  expect(asked).toHaveLength(1);
});
