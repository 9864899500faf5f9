// Power goes some seconds after the first start of all: the second start must work without hands, with the same CA and the same operator token
// where anybody had them, and nothing that was acknowledged may be lost.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { StateFolder } from '../../cli/state/state-folder.ts';
import { readUpRecord } from '../../cli/state/up-record.ts';
import type { VerifyResponse } from '../../proto/gen/messages.ts';
import { ImageDisk } from '../harness/image-disk.ts';
import { type Pipeline, startPipeline, upArguments } from '../harness/pipeline.ts';
import { endAll, freeze } from '../harness/process-tree.ts';
import { builtProgram } from '../harness/program.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';

/** More of them: MUSTER_POWER_CUTS=20 npm run test:drills -- power-cut. */
const CUTS = Number(process.env['MUSTER_POWER_CUTS'] ?? 2);
const WITHIN_MS = 20_000;
const DISK_BYTES = 2 * 1024 ** 3;

let disk: ImageDisk | undefined;
let pipeline: Pipeline | undefined;
let frozen: number[] = [];
afterEach(async () => {
  await pipeline?.stop();
  await endAll(frozen);
  disk?.remove();
  [disk, pipeline, frozen] = [undefined, undefined, []];
});

/** What somebody outside could know before the power went. */
interface Known {
  ready: boolean;
  ca: string;
  token: string;
}

function knownOf(state: StateFolder): Known {
  const read = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  return { ready: readUpRecord(state.upFile)?.ready === true, ca: read(state.caFile), token: read(state.operatorTokenFile) };
}

/** Starts it for the first time, and stops all of it at that moment. */
async function startAndCut(disk: ImageDisk, home: string, afterMs: number): Promise<Known> {
  const folder = temporaryFolder('power-cut');
  const log = openSync(join(folder, 'up.log'), 'a');
  const up = spawn(process.execPath, [builtProgram('muster'), ...(await upArguments(home, true))], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, MUSTER_GATEWAY_OWN_SAMPLES_SECONDS: '0' },
  });
  closeSync(log);
  await wait(afterMs);
  expect(up.exitCode, readFileSync(join(folder, 'up.log'), 'utf8')).toBe(null);
  frozen = freeze(up.pid as number);
  const known = knownOf(new StateFolder(home));
  const restore = disk.cut();
  await endAll(frozen);
  frozen = [];
  restore();
  rmSync(folder, { recursive: true });
  return known;
}

/** Files of 0 bytes that are ours, for the words of a failure. */
function emptyFiles(home: string): string[] {
  if (!existsSync(home)) return [];
  return ['ca', 'tls', 'secrets', 'config', 'run', 'agent', 'agent/identity']
    .map((name) => join(home, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((path) => statSync(path).isFile() && statSync(path).size === 0);
}

/** The ends of all logs, for the words of a failure. */
function logTails(home: string): string {
  const folder = join(home, 'logs');
  const tail = (name: string): string => readFileSync(join(folder, name), 'utf8').split('\n').slice(-25).join('\n');
  return readdirSync(folder)
    .map((name) => `--- ${name}\n${tail(name)}`)
    .join('\n');
}

const moments = Array.from({ length: CUTS }, () => Math.round(Math.random() * WITHIN_MS));

it.each(moments)('starts again after a power cut %i ms after its first start', async (afterMs) => {
  disk = new ImageDisk(DISK_BYTES);
  const home = join(disk.path, 'state');
  const known = await startAndCut(disk, home, afterMs);
  const empty = emptyFiles(home);
  const state = new StateFolder(home);
  pipeline = await startPipeline({ home, agent: true }).catch((error: unknown) => {
    throw new Error(`empty after the cut: ${empty.join(', ') || 'nothing'}\n${logTails(home)}`, { cause: error });
  });
  // Who had the token, or trusts the CA, before the power went still can.
  if (known.ready) expect(knownOf(state)).toMatchObject({ ca: known.ca, token: known.token });
  const { client } = pipeline;
  const nodes = await until(
    'the agent of this machine is live',
    async () => {
      const { nodes } = await client.call('listNodes', { filter: '' });
      return nodes.some(({ state: now }) => now === 'NODE_STATE_LIVE') && nodes;
    },
    60_000,
  );
  expect(nodes.length).toBe(1);
  const answer = await pipeline.muster('verify', '--wait', '30', '--json');
  const verified = JSON.parse(answer.stdout) as VerifyResponse;
  expect(verified, JSON.stringify(verified.holes)).toMatchObject({ lost: 0, doubled: 0, missingRows: 0 });
});
