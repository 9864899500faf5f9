import { expect, it } from 'vitest';
import { createHealthWatch } from './health-watch.ts';

it('serves while NATS is there, and only then', async () => {
  const told: boolean[] = [];
  let changed = (): void => undefined;
  const link = {
    connected: true,
    onChange: (listener: () => void) => {
      changed = listener;
      return () => {
        changed = () => undefined;
      };
    },
  };
  const watch = createHealthWatch({ link, setServing: (serving) => told.push(serving) });
  await watch.start();
  link.connected = false;
  changed();
  link.connected = true;
  changed();
  await watch.stop();
  link.connected = false;
  changed();
  expect(told).toEqual([true, false, true]);
});
