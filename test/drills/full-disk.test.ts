// The disk of an installation is full, and later it is not: what lives and does not work is named meanwhile, and all heals without hands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VerifyResponse } from '../../proto/gen/messages.ts';
import { https } from '../harness/https.ts';
import { ImageDisk } from '../harness/image-disk.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { until } from '../harness/until.ts';

let disk: ImageDisk;
let pipeline: Pipeline;
beforeAll(async () => {
  disk = new ImageDisk(1.5 * 1024 ** 3);
  pipeline = await startPipeline({ home: join(disk.path, 'state') });
});
afterAll(async () => {
  await pipeline?.stop();
  disk?.remove();
});

/** True where the gateway took it durably. */
async function push(value: number): Promise<boolean> {
  const { addresses } = pipeline;
  const token = readFileSync(addresses.tokenFile, 'utf8').trim();
  const sample = { node_id: 'room', measurement: 'room', time: new Date().toISOString(), value, metadata: { note: 'x'.repeat(900) } };
  const answer = await https(addresses, '/api/push', { token, body: sample }).catch(() => undefined);
  return answer !== undefined && answer.status < 300;
}

it('names the part that cannot write, and works again when there is room, with all that was acknowledged', {
  timeout: 400_000,
}, async () => {
  let acknowledged = 0;
  await until('a push is taken', async () => (await push(acknowledged)) && ++acknowledged);
  disk.fill();
  const failing = await until(
    'a part is named as failing',
    async () => {
      if (await push(acknowledged)) acknowledged++;
      return pipeline.record().parts.find(({ state }) => state === 'failing');
    },
    150_000,
  );
  expect(failing.problem).toMatch(/^the disk of .* has \d+ MiB left: free some, it goes on by itself then \(/);
  expect(failing.restarts).toBe(0);
  const told = await pipeline.muster('doctor');
  expect(told.stdout).toContain(`${failing.name} is failing`);
  disk.free();
  await pipeline.untilReady(150_000);
  await until('a push is taken again', async () => (await push(acknowledged)) && ++acknowledged, 60_000);
  const verified = await until(
    'all is stored',
    async () => {
      const answer = JSON.parse((await pipeline.muster('verify', '--wait', '20', '--json')).stdout) as VerifyResponse;
      return answer.inFlight === 0 && answer.tableRows >= acknowledged && answer;
    },
    120_000,
  );
  expect(verified).toMatchObject({ lost: 0, missingRows: 0 });
});
