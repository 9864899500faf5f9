import type { NatsConnection } from 'nats';
import { expect, it } from 'vitest';
import { createStoreWindow } from './store-window.ts';

const CONNECTION = {} as NatsConnection;

it('judges by what the ETL says, asks now and then, and keeps what it knew while nobody answers', async () => {
  let nowMs = 1_780_000_000_000;
  let said: { telemetryTtlDays?: number } | undefined;
  let asked = 0;
  let broken = false;
  const store = createStoreWindow(
    CONNECTION,
    () => nowMs,
    async () => {
      asked++;
      if (broken) throw new Error('away');
      return said;
    },
  );
  expect(await store.ttlDays()).toBe(30);
  said = { telemetryTtlDays: 7 };
  expect(await store.ttlDays()).toBe(30);
  nowMs += 5000;
  expect([await store.ttlDays(), await store.ttlDays(), asked]).toEqual([7, 7, 2]);
  expect((await store.window()).oldestUs).toBe(nowMs * 1000 - 7 * 86_400_000_000 + 3_600_000_000);
  broken = true;
  nowMs += 5000;
  expect(await store.ttlDays()).toBe(7);
});
