import { expect, it } from 'vitest';
import { createDurabilityCheck, type DurabilityCheck, type DurabilityPolicy, type Found } from './durability.ts';

const DURABLE: Found = { durability: 'durable', detail: 'syncs always' };
const NOT_DURABLE: Found = { durability: 'not_durable', detail: 'syncs every 120 s' };
const UNKNOWN: Found = { durability: 'unknown', detail: 'does not tell' };

function stage(policy: DurabilityPolicy, found: Found): { check: DurabilityCheck; told: Found[] } {
  const told: Found[] = [];
  const events = { durabilityFound: (answer: Found) => told.push(answer) };
  return { check: createDurabilityCheck({ monitorUrl: '', policy, events, find: async () => found }), told };
}

it.each<[DurabilityPolicy, Found, boolean | undefined]>([
  ['warn', DURABLE, true],
  ['warn', NOT_DURABLE, false],
  ['warn', UNKNOWN, undefined],
  ['require', DURABLE, true],
  ['trust', DURABLE, true],
  ['trust', NOT_DURABLE, false],
  ['trust', UNKNOWN, true],
])('with %s and $durability found, durable is %s, and it is told once', async (policy, found, durable) => {
  const { check, told } = stage(policy, found);
  await check.start();
  expect([check.durable(), told.length]).toEqual([durable, 1]);
  await check.stop();
});

it.each([NOT_DURABLE, UNKNOWN])('does not start with require where $durability is found, and says why', async (found) => {
  const { check } = stage('require', found);
  await expect(check.start()).rejects.toThrow(
    `--nats-durability is require, and an acknowledgement may be lost with the power: ${found.detail}`,
  );
  await check.stop();
});
