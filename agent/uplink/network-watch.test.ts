import { expect, test } from 'vitest';
import { NetworkWatch } from './network-watch.ts';

function stage() {
  const state = { addresses: ['eth0 10.0.0.2', 'eth0 2001:db8::2'], wallMs: 1e12, monotonicMs: 0, said: [] as string[] };
  const watch = new NetworkWatch({
    addressesLost: (lost) => state.said.push(`lost ${lost.join(', ')}`),
    addressesAdded: () => state.said.push('added'),
    slept: (ms) => state.said.push(`slept ${ms}`),
    addresses: () => state.addresses,
    clock: { wallMs: () => state.wallMs, monotonicMs: () => state.monotonicMs },
  });
  const pass = (ms: number): void => {
    state.wallMs += ms;
    state.monotonicMs += ms;
    watch.look();
  };
  return { state, watch, pass };
}

test('says which address is gone, and that one is new', async () => {
  const { state, watch, pass } = stage();
  await watch.start();
  pass(5000);
  state.addresses = ['wlan0 10.0.0.7', 'eth0 2001:db8::2'];
  pass(5000);
  pass(5000);
  state.addresses = [...state.addresses, 'eth0 10.0.0.2'];
  pass(5000);
  expect(state.said).toEqual(['lost eth0 10.0.0.2', 'added']);
  await watch.stop();
});

test('tells sleep from a clock that is a little off', async () => {
  const { state, watch, pass } = stage();
  await watch.start();
  state.wallMs += 2000;
  pass(5000);
  state.wallMs += 3_600_000;
  pass(5000);
  state.wallMs -= 3_600_000;
  pass(5000);
  expect(state.said).toEqual(['slept 3600000']);
  await watch.stop();
});
