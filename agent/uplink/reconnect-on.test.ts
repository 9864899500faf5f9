import { expect, it } from 'vitest';
import { reconnectOn } from './reconnect-on.ts';

function stage(connected: boolean): { reactions: ReturnType<typeof reconnectOn>; told: unknown[] } {
  const told: unknown[] = [];
  const reactions = reconnectOn(
    { connected, reconnect: (words, broken) => told.push([words, broken]) },
    { networkChanged: (lost) => told.push(['lost', ...lost]), slept: (ms) => told.push(['slept', ms]) },
  );
  return { reactions, told };
}

it('ends the stream in order where an address was lost, as it may still be alive', () => {
  const { reactions, told } = stage(true);
  reactions.addressesLost(['10.0.0.1']);
  expect(told).toEqual([
    ['lost', '10.0.0.1'],
    ['the addresses of this machine changed', false],
  ]);
});

it('tries at once with a new address, and leaves a stream that lives alone', () => {
  const [away, alive] = [stage(false), stage(true)];
  for (const { reactions } of [away, alive]) reactions.addressesAdded();
  expect(away.told).toEqual([['this machine has a new address', false]]);
  expect(alive.told).toEqual([]);
});

it('says how long the machine slept', () => {
  const { reactions, told } = stage(true);
  reactions.slept(61_499);
  expect(told).toEqual([
    ['slept', 61_499],
    ['the machine slept, or its clock was set, by 61 s', false],
  ]);
});
