import { expect, test } from 'vitest';
import { loadPackage, serviceDefinition } from './descriptors.ts';

const fleet = serviceDefinition(loadPackage(), 'FleetService');

function roundTrip(method: string, answer: object): Record<string, unknown> {
  const definition = fleet[method] as (typeof fleet)[string];
  return definition.responseDeserialize(definition.responseSerialize(answer)) as Record<string, unknown>;
}

test('names are camelCase, enums are their names, maps are objects, an absent value is missing', () => {
  const node = {
    nodeId: 'a',
    state: 'NODE_STATE_LATE',
    skewUs: -5,
    info: { labels: { region: 'gh' }, bootUs: 5e15 },
    summary: { cpuPercent: 0 },
  };
  const read = roundTrip('GetNode', node);
  expect(read).toMatchObject(node);
  expect(read['summary']).not.toHaveProperty('load1');
  expect(roundTrip('GetPipelineStatus', { deadLetters: { malformed: 3 } })['deadLetters']).toEqual({ malformed: 3 });
});

test('repeated numbers are packed', () => {
  const definition = fleet['Query'] as (typeof fleet)[string];
  const numbers = Array.from({ length: 100 }, (_, i) => i);
  expect(definition.responseSerialize({ values: [{ numbers }] }).length).toBeLessThan(100 * 8 + 20);
});
