import { expect, it } from 'vitest';
import { AGENT_MESSAGE_FIELDS, type AgentMessage, type CommandOutput } from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { OutputGate } from './output-gate.ts';

const KIB = 1024;
const OK = { status: 'ok', problem: '' };

interface Staged {
  gate: OutputGate;
  sent: CommandOutput[];
  /** Whether the stream takes anything. */
  stream: { open: boolean };
  limits: number[];
  bytes(): number;
  done(): boolean;
}

function staged(credit: number, maxBytes = 1024 * KIB): Staged {
  const sent: CommandOutput[] = [];
  const stream = { open: true };
  const limits: number[] = [];
  let done = false;
  const gate = new OutputGate({
    id: 'run-1',
    credit,
    maxBytes,
    send(message) {
      if (!stream.open) return false;
      sent.push(decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, message).commandOutput as CommandOutput);
      return true;
    },
    onLimit: () => void limits.push(sent.length),
    onDone: () => {
      done = true;
    },
  });
  return { gate, sent, stream, limits, bytes: () => sent.reduce((sum, { output }) => sum + output.length, 0), done: () => done };
}

it('sends what was granted, in pieces, and holds the writer while the rest waits', async () => {
  const { gate, sent, bytes, done } = staged(40 * KIB);
  expect(await gate.write('x'.repeat(40 * KIB))).toBe(true);
  expect(sent.map(({ output }) => output.length)).toEqual([16 * KIB, 16 * KIB, 8 * KIB]);
  let wrote: boolean | undefined;
  const writing = gate.write(Buffer.alloc(100 * KIB, 'y')).then((more) => {
    wrote = more;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(wrote).toBeUndefined();
  gate.grant(90 * KIB);
  await writing;
  expect(wrote).toBe(true);
  expect(bytes()).toBe(130 * KIB);
  gate.end(OK, false);
  expect(done()).toBe(false);
  gate.grant(10 * KIB);
  expect(bytes()).toBe(140 * KIB);
  expect(sent.at(-1)?.result).toMatchObject({ status: 'ok', truncated: false });
  expect(done()).toBe(true);
});

it('goes on when the stream takes more', async () => {
  const { gate, sent, stream, done } = staged(64 * KIB);
  stream.open = false;
  await gate.write('one ');
  await gate.write('two');
  gate.end({ ...OK, exitCode: 0 }, false);
  expect(sent).toEqual([]);
  stream.open = true;
  gate.flush();
  expect(Buffer.from(sent[0]?.output ?? []).toString()).toBe('one two');
  expect(sent[1]?.result).toMatchObject({ exitCode: 0 });
  expect(done()).toBe(true);
});

it('cuts at the limit and says so', async () => {
  const { gate, bytes, limits, sent } = staged(1024 * KIB, 10);
  expect(await gate.write('0123456789abc')).toBe(false);
  expect(await gate.write('more')).toBe(false);
  gate.end(OK, false);
  expect(bytes()).toBe(10);
  expect(limits).toHaveLength(1);
  expect(sent.at(-1)?.result?.truncated).toBe(true);
});

it('ends at once where it must not wait for a reader, and never twice', async () => {
  const { gate, sent, bytes } = staged(10);
  await gate.write('x'.repeat(20));
  gate.end({ status: 'timed_out', problem: 'late' }, true);
  gate.end(OK, false);
  gate.grant(100);
  expect(bytes()).toBe(10);
  expect(sent.filter(({ result }) => result)).toHaveLength(1);
  expect(sent.at(-1)?.result).toMatchObject({ status: 'timed_out', truncated: true });
});
