// The gateway that holds a stream: what passes, what is cut, and what is told when something goes away.
import type { Msg, NatsConnection } from 'nats';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { commandControlSubject, commandOutputSubject, commandSubject } from '../../core/common/streams.ts';
import {
  COMMAND_CONTROL_FIELDS,
  COMMAND_FIELDS,
  COMMAND_OUTPUT_FIELDS,
  COMMAND_RESULT_FIELDS,
  type CommandOutput,
  type CommandResult,
  type GatewayMessage,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../proto/message-codec.ts';
import { CommandRelay, type CommandStream } from './command-relay.ts';

const NODE = '0b6b1d3e-5a53-4c0e-9d7e-0a4b8a1c2d3e';

type Callback = (error: null, message: Msg) => void;

let callbacks: Map<string, Callback>;
let published: { subject: string; output: CommandOutput }[];
let sent: Pick<GatewayMessage, 'command' | 'commandControl'>[];
let reconnect: () => void;
let stream: CommandStream;
let relay: CommandRelay;

beforeEach(async () => {
  callbacks = new Map();
  published = [];
  sent = [];
  stream = { nodeId: NODE, sendCommand: (message) => void sent.push(message) };
  const connection = {
    subscribe(subject: string, { callback }: { callback: Callback }) {
      callbacks.set(subject, callback);
      return { unsubscribe: () => callbacks.delete(subject) };
    },
  };
  relay = new CommandRelay({
    link: {
      connection: connection as unknown as NatsConnection,
      sendEphemeral(subject, payload) {
        published.push({ subject, output: decodeMessage<CommandOutput>(COMMAND_OUTPUT_FIELDS, Buffer.from(payload)) });
      },
      onReconnect(listener) {
        reconnect = listener;
        return () => undefined;
      },
    },
    streamOf: (nodeId) => (nodeId === NODE ? stream : undefined),
    events: { fleetInputUnreadable: () => undefined },
  });
  await relay.start();
});

function deliver(subject: string, data: Buffer): CommandResult | undefined {
  let answer: CommandResult | undefined;
  const respond = (bytes: Uint8Array): boolean => {
    answer = decodeMessage<CommandResult>(COMMAND_RESULT_FIELDS, Buffer.from(bytes));
    return true;
  };
  callbacks.get(subject.replace(/[^.]+$/, '*'))?.(null, { subject, data, respond } as unknown as Msg);
  return answer;
}

function command(id: string, nodeId = NODE, timeoutMs = 1000): CommandResult | undefined {
  const fields = { id, name: 'flush', arguments: {}, timeoutMs, caller: 'anna', creditBytes: 100 };
  return deliver(commandSubject(nodeId), encodeMessage(COMMAND_FIELDS, fields));
}

function output(id: string, bytes: number, from: CommandStream = stream, result?: CommandResult): void {
  const message: CommandOutput = { id, output: Buffer.alloc(bytes, 'x'), result };
  relay.output(from, message, encodeMessage(COMMAND_OUTPUT_FIELDS, message));
}

const control = (fields: object): unknown => deliver(commandControlSubject(NODE), encodeMessage(COMMAND_CONTROL_FIELDS, fields));
const problems = (): (string | undefined)[] => published.map(({ output: { result } }) => result?.problem);

it('passes a command down and its output up, as far as it was granted', () => {
  expect(command('a')?.status).toBe('ok');
  expect(sent[0]?.command).toMatchObject({ id: 'a', caller: 'anna' });
  output('a', 100);
  control({ id: 'a', creditBytes: 50, cancel: false });
  output('a', 50);
  expect(published.map(({ subject, output: one }) => [subject, one.output.length])).toEqual([
    [commandOutputSubject('a'), 100],
    [commandOutputSubject('a'), 50],
  ]);
  output('a', 1);
  expect(problems()[2]).toBe('the agent sent more output than it was granted');
  expect(sent.at(-1)?.commandControl).toMatchObject({ id: 'a', cancel: true });
  output('a', 0);
  expect(published).toHaveLength(3);
});

it('leaves alone what is not for its streams: other nodes, other runs, other streams of a run', () => {
  expect(command('a', 'other-node')).toBeUndefined();
  command('b');
  output('unknown', 1);
  output('b', 1, { nodeId: NODE, sendCommand: () => undefined });
  control({ id: 'unknown', creditBytes: 1, cancel: true });
  deliver(commandSubject(NODE), Buffer.from([0xff]));
  expect(published).toEqual([]);
  expect(sent).toHaveLength(1);
});

it('takes four at a time for a node, and another when one has ended or was cancelled', () => {
  for (const id of ['a', 'b', 'c', 'd']) expect(command(id)?.status).toBe('ok');
  expect(command('e')).toMatchObject({ status: 'refused', problem: expect.stringContaining('4 commands run on this node') });
  output('a', 0, stream, { status: 'ok', problem: '', truncated: false });
  expect(command('f')?.status).toBe('ok');
  control({ id: 'b', creditBytes: 0, cancel: true });
  expect(sent.at(-1)?.commandControl?.cancel).toBe(true);
  expect(command('g')?.status).toBe('ok');
  expect(command('h')?.status).toBe('refused');
});

describe('tells the caller', () => {
  it('when the stream ends, the gateway goes away, or messages may be lost', async () => {
    command('a');
    relay.ended(stream);
    command('b');
    reconnect();
    command('c');
    await relay.stop();
    expect(problems()).toEqual([
      'the stream of the node ended while the command ran',
      'the connection of the gateway to nats-server was lost',
      'the gateway that holds the stream of the node is going away',
    ]);
    expect(callbacks.size).toBe(0);
  });

  it('when the agent says nothing beyond the time limit', () => {
    vi.useFakeTimers();
    command('a');
    vi.advanceTimersByTime(10_999);
    expect(published).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(problems()).toEqual(['the agent did not say how the command ended']);
    vi.useRealTimers();
  });
});
