// Commands against this machine itself: what they say, and that they end.
import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AGENT_MESSAGE_FIELDS, type AgentMessage, type CommandResult } from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { withoutSecrets } from './agent-actions.ts';
import { COMMAND_NAMES } from './command-names.ts';
import { CommandRunner } from './command-runner.ts';
import { parseProcessStat } from './process-list.ts';
import { socketAddress } from './socket-address.ts';
import { parseSockets } from './sockets.ts';

interface Answer {
  text: string;
  result: CommandResult;
}

let runner: CommandRunner | undefined;
afterEach(() => runner?.stop());

function createRunner(allowed: readonly string[] = COMMAND_NAMES): {
  run(name: string, args?: Record<string, string>, more?: object): Promise<Answer>;
} {
  const waiting = new Map<string, { text: string; resolve(answer: Answer): void }>();
  const created = new CommandRunner({
    allowed,
    send(message) {
      const { commandOutput } = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, message);
      const run = waiting.get(commandOutput?.id ?? '');
      if (run === undefined || !commandOutput) throw new Error('output of no run');
      run.text += Buffer.from(commandOutput.output).toString('utf8');
      if (commandOutput.result) run.resolve({ text: run.text, result: commandOutput.result });
      return true;
    },
    reports: { began: () => undefined, ended: () => undefined },
    agent: {
      restartableUnits: ['nginx.service'],
      flush: async () => 'flushed',
      restart: () => undefined,
      describe: () => ({ config: { gateway: 'g:1', joinToken: 'hidden' } }),
    },
  });
  runner = created;
  return {
    run: (name, args = {}, more = {}) =>
      new Promise((resolve) => {
        const id = `run-${waiting.size}`;
        waiting.set(id, { text: '', resolve });
        created.command({ id, name, arguments: args, timeoutMs: 10_000, caller: 'test', creditBytes: 1024 * 1024, ...more });
      }),
  };
}

describe('on this machine', () => {
  it('lists processes, this one among them', async () => {
    const { text, result } = await createRunner().run('process_list', { sort: 'pid', limit: '10000' });
    expect(result.status).toBe('ok');
    expect(text).toMatch(/^ *PID +PPID +USER +S +CPU % +MEM MiB +THREADS +COMMAND\n/);
    expect(text).toMatch(new RegExp(`^ *${process.pid} +${process.ppid} `, 'm'));
  });

  it('lists a listening socket with the process that holds it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { text, result } = await createRunner().run('sockets', { state: 'listen', limit: '10000' });
    server.close();
    expect(result.status).toBe('ok');
    expect(text.split('\n').find((line) => line.includes(`127.0.0.1:${port} `))).toMatch(
      new RegExp(`^tcp +listen +.*\\(${process.pid}\\)$`),
    );
  });

  it('gives a bundle of diagnostics without secrets', async () => {
    const { text } = await createRunner().run('diagnostics');
    expect(JSON.parse(text)).toMatchObject({ process: { pid: process.pid }, config: { gateway: 'g:1', joinToken: 'left out' } });
    expect(withoutSecrets({ url: 'https://anna:pw@host/x' })).toEqual({ url: 'https://left-out@host/x' });
    expect(withoutSecrets({ a: [{ authorization: 'Bearer x', ok: 1 }] })).toEqual({ a: [{ authorization: 'left out', ok: 1 }] });
  });

  it('says in words that a name is not known, or that nobody could be asked', async () => {
    const { result } = await createRunner().run('dns', { name: 'does-not-exist.invalid' });
    expect(result.status).toBe('failed');
    expect(result.problem).toMatch(/^A of does-not-exist\.invalid could not be resolved: /);
  });
});

describe('is refused or ended with words', () => {
  it.each([
    [
      'flush',
      {},
      ['dns'],
      '"flush" is not among the commands that this agent carries out: dns; its owner allows commands in its configuration',
    ],
    ['toString', {}, ['toString'], /^"toString" is not among/],
    [
      'restart_unit',
      { unit: 'sshd' },
      COMMAND_NAMES,
      'unit sshd is not among those that this agent may restart (restartableUnits): nginx.service',
    ],
    ['ping', { host: '; rm -rf /' }, COMMAND_NAMES, 'host is "; rm -rf /": a host name or an IP address is needed'],
    ['journal', { unit: 'x', lines: '1001' }, COMMAND_NAMES, 'lines is "1001": a whole number from 1 to 1000 is needed'],
  ])('%s %j', async (name, args, allowed, words) => {
    const { result } = await createRunner(allowed).run(name, args as Record<string, string>);
    expect(result.status).toBe('refused');
    expect(result.problem).toMatch(words);
  });

  it('at its time limit', async () => {
    const { result } = await createRunner().run('process_list', {}, { timeoutMs: 50 });
    expect(result).toMatchObject({ status: 'timed_out', problem: 'process_list was ended at its time limit of 0.05 s' });
  });

  it('beyond four at once', async () => {
    const { run } = createRunner();
    const five = await Promise.all(Array.from({ length: 5 }, () => run('process_list')));
    expect(five.map(({ result }) => result.status).sort()).toEqual(['ok', 'ok', 'ok', 'ok', 'refused']);
  });
});

it('reads what the kernel writes', () => {
  const line = `42 (a) b) c) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 7 0 12345 1000000 256 18446744073709551615`;
  expect(parseProcessStat(line)).toMatchObject({
    pid: 42,
    name: 'a) b) c',
    state: 'S',
    parent: 1,
    ticks: 200,
    threads: 7,
    startTicks: 12_345,
  });
  expect(parseProcessStat('')).toBeUndefined();
  expect(socketAddress('0100007F:1F90', 'LE')).toBe('127.0.0.1:8080');
  expect(socketAddress('00000000000000000000000001000000:0000', 'LE')).toBe('[::1]:*');
  expect(socketAddress('0000000000000000FFFF00000100007F:0016', 'LE')).toBe('[::ffff:127.0.0.1]:22');
  expect(socketAddress('B80D0120000000000000000001000000:01BB', 'LE')).toBe('[2001:db8::1]:443');
  const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = '   0: 0100007F:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 9876 1 0 100 0 0 10 0\n';
  expect(parseSockets('tcp', header + row)).toEqual([
    { protocol: 'tcp', state: 'listen', local: '127.0.0.1:22', remote: '0.0.0.0:*', uid: 1000, inode: '9876' },
  ]);
});
