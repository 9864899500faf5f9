// Commands on a real agent through a real gateway: what they say, how they are refused, cut off and cancelled, and what the audit has of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFleet } from '../../cli/fleet/open-fleet.ts';
import { runProgram as runMusterHere } from '../../cli/program.ts';
import { recordingOutput } from '../../cli/terminal/recording-output.fixture.ts';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { INITIAL_CREDIT_BYTES } from '../../gateway/commands/command-limits.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import { loadPackage, serviceDefinition } from '../../proto/descriptors.ts';
import type { AuditRecord, CommandResult, CommandUpdate, RunCommandRequest } from '../../proto/gen/messages.ts';
import { runProgram } from '../harness/program.ts';
import { temporaryFolder } from '../harness/server.ts';
import { until } from '../harness/until.ts';
import { type Edge, OPERATOR_TOKEN, startEdge } from './edge/edge.ts';
import { createIdentity, TestStream } from './edge/test-agent.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALLOWED = ['process_list', 'sockets', 'ping', 'journal', 'flush', 'diagnostics', 'restart_agent'];
/** As many as make an output several times the credit and all that the transport holds for a caller. */
const SOCKETS = 9000;

let edge: Edge;
let folder: string;
let client: FleetClient;
let target: string[];
let agent: ChildProcess;
let nodeId: string;
const sockets: Socket[] = [];

beforeAll(async () => {
  edge = await startEdge();
  folder = temporaryFolder('commands');
  const tokenFile = join(folder, 'operator.token');
  writeFileSync(tokenFile, OPERATOR_TOKEN);
  writeFileSync(join(folder, 'join.token'), await edge.createToken({}));
  const gateway = `localhost:${edge.port}`;
  client = openFleet({ gateway, caFile: edge.caFile, tokenFile });
  target = ['--gateway', gateway, '--ca-file', edge.caFile, '--token-file', tokenFile];
  agent = startAgent();
  nodeId = await until('the node with its commands', async () => {
    const { nodes } = await client.call('listNodes', { filter: '' });
    return nodes.find((node) => node.gateway !== '' && node.info?.commands.length === ALLOWED.length)?.nodeId;
  });
});

afterAll(async () => {
  for (const socket of sockets) socket.close();
  if (agent !== undefined && agent.exitCode === null) {
    agent.kill('SIGKILL');
    await once(agent, 'exit');
  }
  client?.close();
  await edge?.stop();
  rmSync(folder, { recursive: true });
});

function startAgent(): ChildProcess {
  const settings = {
    'state-dir': join(folder, 'agent'),
    gateway: `localhost:${edge.port}`,
    'ca-file': edge.caFile,
    'join-token-file': join(folder, 'join.token'),
    name: 'web-1',
    interval: '200ms',
    'flush-interval': '200ms',
    commands: JSON.stringify(ALLOWED),
    'log-level': 'error',
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  return spawn(process.execPath, [join(ROOT, 'agent/main.ts'), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Answer {
  id: string;
  text: string;
  result: CommandResult | undefined;
}

async function run(request: Partial<RunCommandRequest>): Promise<Answer> {
  const answer: Answer = { id: '', text: '', result: undefined };
  const whole = { node: 'web-1', command: 'flush', arguments: {}, timeoutMs: 20_000, ...request };
  for await (const update of client.stream('runCommand', whole)) take(answer, update);
  return answer;
}

function take(answer: Answer, { commandId, output, result }: CommandUpdate): void {
  answer.id = commandId;
  answer.text += Buffer.from(output).toString('utf8');
  answer.result = result ?? answer.result;
}

async function muster(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = recordingOutput();
  const code = await runMusterHere([...args, ...target], output, {});
  return { code, stdout: output.stdout, stderr: output.stderr };
}

/** The records of one run, oldest first. */
async function auditOf(id: string): Promise<AuditRecord[]> {
  const { records } = await client.call('listAudit', { limit: 1000, nodeId });
  return records.filter(({ attributes }) => attributes['command_id'] === id).reverse();
}

/** By HTTP/2 itself, as a gRPC client reads ahead of whoever uses it. */
async function callAndNeverRead(request: RunCommandRequest): Promise<ClientHttp2Session> {
  const method = serviceDefinition(loadPackage(), 'FleetService')['RunCommand'];
  const bytes = method?.requestSerialize(request) ?? Buffer.alloc(0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  const session = connect(`https://localhost:${edge.port}`, { ca: readFileSync(edge.caFile) });
  const stream = session.request({
    ':method': 'POST',
    ':path': method?.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    authorization: `Bearer ${OPERATOR_TOKEN}`,
  });
  stream.end(Buffer.concat([head, bytes]));
  await once(stream, 'response');
  return session;
}

function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word);
    } catch {
      return false;
    }
  });
}

describe('muster run', () => {
  it('shows processes of the node, and what a stranger put into their names does nothing to the terminal', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '\u001b]0;owned\u0007\u001b[2J'], { stdio: 'ignore' });
    await once(stranger, 'spawn');
    const { code, stdout } = await muster('run', 'web-1', 'process_list', 'sort=pid', 'limit=10000');
    stranger.kill('SIGKILL');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ *PID +PPID +USER/);
    expect(stdout).toContain('\\u{1b}]0;owned\\u{7}\\u{1b}[2J');
    expect(stdout).not.toContain('\u001b');
  });

  it('ends the program on the node at Ctrl-C', async () => {
    const unit = 'muster-test-cancel.service';
    const args = ['run', 'web-1', 'journal', `unit=${unit}`, 'follow=true', '--timeout', '60', ...target];
    const terminal = spawn(process.execPath, [join(ROOT, 'cli/main.ts'), ...args], { stdio: 'ignore' });
    await until('journalctl runs', () => processesWith(`--unit=${unit}`).length > 0);
    terminal.kill('SIGINT');
    const [code] = await once(terminal, 'exit');
    expect(code).toBe(130);
    await until('journalctl is gone', () => processesWith(`--unit=${unit}`).length === 0, 5000);
    const ended = await until('its end in the audit', async () => {
      const { records } = await client.call('listAudit', { limit: 10, nodeId });
      return records.find(({ attributes }) => attributes['argument.unit'] === unit && attributes['status'] === 'cancelled');
    });
    expect(ended).toMatchObject({ outcome: 'failed', caller: 'operator', kind: 'command' });
  });

  it('says what is refused, with its exit code', async () => {
    expect(await muster('run', 'web-1', 'ping', 'host=; rm -rf /')).toMatchObject({
      code: 1,
      stderr: 'muster: refused: host is "; rm -rf /": a host name or an IP address is needed\n',
    });
    const notAllowed = await muster('run', 'web-1', 'restart_unit', 'unit=sshd');
    expect(notAllowed.stderr).toMatch(
      /^muster: refused: "restart_unit" is not among the commands that this agent carries out: process_list, /,
    );
    expect(await muster('run', 'nobody', 'flush')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no node "nobody"') });
    expect(await muster('run', 'web-1', 'flush', 'x')).toMatchObject({ code: 2 });
  });
});

describe('a reader', () => {
  it('that takes nothing holds neither the telemetry nor the command beyond its time', async () => {
    for (let i = 0; i < SOCKETS; i++) sockets.push(createSocket('udp4').bind(0, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'listening')));
    const request = { node: nodeId, command: 'sockets', arguments: { limit: '9998' } };
    const patient = await callAndNeverRead({ ...request, timeoutMs: 60_000 });
    const hasty = await callAndNeverRead({ ...request, arguments: { limit: '9999' }, timeoutMs: 4000 });
    const endOf = (limit: string) =>
      until(`the end of the one with limit ${limit} in the audit`, async () => {
        const { records } = await client.call('listAudit', { limit: 10, nodeId });
        return records.find(({ attributes, outcome }) => attributes['argument.limit'] === limit && outcome !== 'begun');
      });
    const late = await endOf('9999');
    expect(late).toMatchObject({ outcome: 'failed', attributes: { status: 'timed_out' } });
    expect(Number(late.attributes['output_bytes'])).toBeLessThan(SOCKETS * 60);
    expect((await auditOf(late.attributes['command_id'] ?? ''))[0]).toMatchObject({
      outcome: 'begun',
      text: 'sockets on web-1 (limit=9999)',
    });
    const before = await edge.count('published_batches_total');
    await until('ten batches more', async () => (await edge.count('published_batches_total')) >= before + 10);
    patient.destroy();
    expect(await endOf('9998')).toMatchObject({ outcome: 'failed', attributes: { status: 'cancelled' } });
    hasty.destroy();
  });

  it('that reads gets all of it, many times the credit', async () => {
    const { text, result } = await run({ command: 'sockets', arguments: { state: 'open', limit: '10000' } });
    expect(result).toMatchObject({ status: 'ok', truncated: false });
    expect(text.split('\n').filter((line) => line.includes(`(${process.pid})`))).toHaveLength(SOCKETS);
    expect(text.length).toBeGreaterThan(500_000);
  });
});

describe('a command', () => {
  it('is ended at its time limit, with its program', async () => {
    const unit = 'muster-test-limit.service';
    const { result, id } = await run({ command: 'journal', arguments: { unit, follow: 'true' }, timeoutMs: 700 });
    expect(result).toMatchObject({ status: 'timed_out', problem: 'journal was ended at its time limit of 0.7 s' });
    await until('journalctl is gone', () => processesWith(`--unit=${unit}`).length === 0, 5000);
    expect((await auditOf(id)).map(({ outcome }) => outcome)).toEqual(['begun', 'failed']);
  });

  it('is refused beyond four at a time', async () => {
    const five = await Promise.all(Array.from({ length: 5 }, () => run({ command: 'process_list' })));
    const statuses = five.map(({ result }) => result?.status).sort();
    expect(statuses).toEqual(['ok', 'ok', 'ok', 'ok', 'refused']);
    expect(five.find(({ result }) => result?.status === 'refused')?.result?.problem).toMatch(/^4 commands run on this node/);
  });

  it('runs by grpcurl', async () => {
    const data = JSON.stringify({ node: nodeId, command: 'diagnostics' });
    const args = ['-cacert', edge.caFile, '-H', `authorization: Bearer ${OPERATOR_TOKEN}`, '-d', data];
    const { code, stdout } = await runProgram(await resolveRuntime('grpcurl'), [
      ...args,
      `localhost:${edge.port}`,
      'muster.v1.FleetService/RunCommand',
    ]);
    expect(code).toBe(0);
    const updates = JSON.parse(`[${stdout.trim().replaceAll(/\}\s*\n\{/g, '},{')}]`) as { output?: string; result?: { status: string } }[];
    expect(updates.at(-1)?.result?.status).toBe('ok');
    const bundle = JSON.parse(updates.map(({ output }) => Buffer.from(output ?? '', 'base64').toString()).join(''));
    expect(bundle).toMatchObject({ config: { name: 'web-1' }, connection: { state: 'connected' } });
    expect(bundle.recentEvents.map(({ kind }: { kind: string }) => kind)).toContain('agent_started');
  });

  it('reaches a node whose stream another gateway holds', async () => {
    const other = await startEdge(['--name', 'gateway-2'], edge.nats);
    try {
      const tokenFile = join(folder, 'operator.token');
      const there = ['--gateway', `localhost:${other.port}`, '--ca-file', other.caFile, '--token-file', tokenFile];
      const output = recordingOutput();
      expect(await runMusterHere(['run', 'web-1', 'flush', ...there], output, {})).toBe(0);
      expect(output.stdout).toMatch(/^flushed: (the gateway has everything|\d+ batch)/);
      const [newest] = (await client.call('listAudit', { limit: 1, nodeId })).records;
      expect(newest).toMatchObject({ outcome: 'ok', attributes: { gateway: 'gateway-2', status: 'ok' } });
    } finally {
      await other.stop();
    }
  });

  it('needs the scope admin, which the audit tells too', async () => {
    const tokenFile = join(folder, 'read.token');
    writeFileSync(tokenFile, await edge.createToken({ kind: 'access', scopes: ['read'], name: 'reader' }));
    const reader = openFleet({ gateway: `localhost:${edge.port}`, caFile: edge.caFile, tokenFile });
    const call = reader.stream('runCommand', { node: nodeId, command: 'flush', arguments: {}, timeoutMs: 0 });
    await expect(call.next()).rejects.toMatchObject({ code: 'permission_denied' });
    reader.close();
    const { stdout } = await muster('audit');
    expect(stdout).toMatch(/token +refused +- +a call was refused: its token is without the scope of the call/);
    expect(stdout).toMatch(/token +ok +.*join token [0-9a-f]{12} was used/);
    expect(stdout).toMatch(/enrolment +ok +.*node web-1 enrolled/);
  });

  it('is cut from an agent that sends more than it was granted, or words without a command', async () => {
    const identity = await createIdentity(edge);
    const stream = new TestStream(edge, identity);
    stream.hello();
    await stream.until('welcome');
    const hostile = until('the node', () => run({ node: identity.nodeId, command: 'flush' }).catch(() => undefined));
    const { id } = await stream.until('command');
    stream.send({ commandOutput: { id: 'another', output: Buffer.from('nobody asked') } });
    for (let i = 0; i < 3; i++) stream.send({ commandOutput: { id, output: Buffer.alloc(16_384, 'x') } });
    // However fast the caller takes, an agent is never granted more than this at a time.
    stream.send({ commandOutput: { id, output: Buffer.alloc(INITIAL_CREDIT_BYTES + 1, 'y') } });
    const { result, text } = await hostile;
    expect(result).toMatchObject({ status: 'failed', problem: 'the agent sent more output than it was granted' });
    expect(text).toBe('x'.repeat(3 * 16_384));
    expect((await stream.until('commandControl')).cancel).toBe(true);
    stream.close();
    await until('the node is offline', async () => (await client.call('getNode', { node: identity.nodeId })).gateway === '');
    const offline = await muster('run', identity.nodeId, 'flush');
    expect(offline).toMatchObject({ code: 69, stderr: expect.stringMatching(/^muster: node .* has no open stream; last seen 20/) });
  });

  it('restarts the agent: the stream ends, and the program with the code that asks for another', async () => {
    const following = run({ command: 'journal', arguments: { unit: 'muster-test-restart.service', follow: 'true' } });
    await until('journalctl runs', () => processesWith('--unit=muster-test-restart.service').length > 0);
    const exited = once(agent, 'exit');
    expect((await run({ command: 'restart_agent' })).result?.status).toBe('ok');
    expect((await exited)[0]).toBe(75);
    expect((await following).result).toMatchObject({ status: 'failed', problem: 'the stream of the node ended while the command ran' });
    expect(processesWith('--unit=muster-test-restart.service')).toEqual([]);
  });
});
