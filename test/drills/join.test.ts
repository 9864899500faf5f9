// A second machine joins by the printed line alone: over a wire of its own, checked against the fleet's CA, with the executable that the gateway gives.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSingleFile } from '../../deploy/agent/single-file.mjs';
import type { Node } from '../../proto/gen/messages.ts';
import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { type SecondMachine, startSecondMachine } from '../harness/second-machine.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const FIRST_SAMPLE_WITHIN_MS = 10_000;
let machine: SecondMachine;
let pipeline: Pipeline;
let executable: string;

beforeAll(async () => {
  const packages = temporaryFolder('packages');
  executable = join(packages, `muster-agent-0.0.0-linux-${process.arch}`);
  await buildSingleFile({ root: ROOT, node: process.execPath, target: executable });
  machine = await startSecondMachine();
  pipeline = await startPipeline({ up: ['--listen', machine.hostAddress], env: { MUSTER_GATEWAY_AGENT_FOLDER: packages } });
});

afterAll(async () => {
  await pipeline?.stop();
  await machine?.stop();
});

async function printedLine(): Promise<{ line: string; secret: string; tokenId: string }> {
  const { code, stdout, stderr } = await pipeline.muster('token', 'create', '--join', '--line');
  expect(code, stderr).toBe(0);
  const secret = /mst_join_([0-9a-f]{12})_[\w-]{43}/.exec(stdout);
  return { line: stdout.trim(), secret: secret?.[0] ?? '', tokenId: secret?.[1] ?? '' };
}

/** The command lines of all processes of this machine, in every namespace. */
function commandLines(): string {
  const lines = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return lines.map((pid) => readText(`/proc/${pid}/cmdline`)).join('\n');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

const nodeOf = async (tokenId: string): Promise<Node | undefined> =>
  (await pipeline.client.call('listNodes', { filter: '' })).nodes.find(({ joinTokenId }) => joinTokenId === tokenId);

test('the printed line brings a second machine into the fleet, with its first sample within ten seconds', async () => {
  const { line, secret, tokenId } = await printedLine();
  expect(line).toContain(`https://${machine.hostAddress}:`);
  const beganMs = performance.now();
  const pasted = machine.paste(line);
  let said = '';
  for (const stream of [pasted.stdout, pasted.stderr]) stream?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  let shown = '';
  const node = await until(
    'its first sample',
    async () => {
      // The line itself is an argument of the shell that stands for the person's own.
      const others = commandLines()
        .split('\n')
        .filter((each) => !each.includes('/join/ca.pem'));
      shown ||= others.find((each) => each.includes(secret)) ?? '';
      const found = await nodeOf(tokenId);
      return found?.state === 'NODE_STATE_LIVE' && found.summary ? found : undefined;
    },
    60_000,
  ).catch((error: unknown) => {
    throw new Error(`${said}\n${String(error)}`);
  });
  const tookMs = performance.now() - beganMs;
  console.info(`first sample ${(tookMs / 1000).toFixed(1)} s after the line was pasted`);
  expect(shown, 'a process with the token on its command line').toBe('');
  expect(node).toMatchObject({ kind: 'NODE_KIND_MACHINE', info: { name: 'second-machine' } });
  expect(node.info?.addresses).toContain(machine.address);
  expect(tookMs).toBeLessThan(FIRST_SAMPLE_WITHIN_MS);
  const sum = createHash('sha256').update(readFileSync(executable)).digest('hex');
  expect((await pipeline.client.call('getJoinInfo', { address: '' })).programs).toContainEqual(expect.objectContaining({ sha256: sum }));
});

test('where the CA is another one, nothing is run', async () => {
  const { line, tokenId } = await printedLine();
  const pasted = machine.paste(line.replace(/echo '[0-9a-f]{8}/, "echo '00000000"));
  const code = await new Promise((resolve) => pasted.once('close', resolve));
  expect(code).not.toBe(0);
  expect(await nodeOf(tokenId)).toBeUndefined();
});

test('only the port of the gateway can be reached from the second machine', async () => {
  const { nats, questdbHttp, questdbPg, webConsole } = pipeline.addresses;
  const ports = [nats, questdbHttp, questdbPg, webConsole].map((address) => /:(\d+)\/?(?:\?.*)?$/.exec(address)?.[1]);
  const tries = ports.map((port) => `curl -s --max-time 3 telnet://${machine.hostAddress}:${port} </dev/null; echo ${port} $?`).join('; ');
  const pasted = machine.paste(tries);
  let said = '';
  pasted.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await new Promise((resolve) => pasted.once('close', resolve));
  // curl's 7: nobody listens there.
  expect(said.trim().split('\n')).toEqual(ports.map((port) => `${port} 7`));
});
