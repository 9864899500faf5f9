import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import { encodeLiveSamples } from '../../proto/batch-codec.ts';
import { AGENT_MESSAGE_FIELDS, type AgentMessage } from '../../proto/gen/messages.ts';
import { encodeMessage } from '../../proto/message-codec.ts';
import { parseAgentMessage } from './agent-message.ts';

const EPOCH = Buffer.alloc(16, 5);
const encode = (message: AgentMessage): Buffer => encodeMessage(AGENT_MESSAGE_FIELDS, message);
const hello = { epoch: EPOCH, oldestSeq: 1, nextSeq: 1, sentUs: 1, intervalMs: 1000 };

describe('a message of an agent', () => {
  it('is one of four kinds; a batch is a view of its bytes', () => {
    expect(parseAgentMessage(encode({ hello }))).toMatchObject({ kind: 'hello', hello: { oldestSeq: 1 } });
    expect(parseAgentMessage(encode({ heartbeat: { sentUs: 5 } }))).toMatchObject({ kind: 'heartbeat', heartbeat: { sentUs: 5 } });
    expect(parseAgentMessage(encodeLiveSamples(3, [])).kind).toBe('live');
    const bytes = encode({ batch: { epoch: EPOCH, seq: 9, batch: Buffer.from('abc'), sentUs: 1 } });
    const parsed = parseAgentMessage(bytes);
    if (parsed.kind !== 'batch') throw new Error(parsed.kind);
    expect(Buffer.from(parsed.batch.batch).toString()).toBe('abc');
    expect(parsed.batch.batch.buffer).toBe(bytes.buffer);
  });

  it.each<[string, AgentMessage, string]>([
    ['a short epoch', { hello: { ...hello, epoch: Buffer.alloc(3) } }, 'epoch has 3 bytes: 16 are needed'],
    ['a number 0', { hello: { ...hello, oldestSeq: 0, nextSeq: 0 } }, 'oldest_seq is 0: numbers begin at 1'],
    ['a spool that ends before it begins', { hello: { ...hello, oldestSeq: 5, nextSeq: 4 } }, 'next_seq is 4, less than oldest_seq 5'],
    ['an interval beyond a day', { hello: { ...hello, intervalMs: 1e9 } }, 'interval_ms is 1000000000: at most 86400000 (a day)'],
    ['a batch without a number', { batch: { epoch: EPOCH, seq: 0, batch: Buffer.alloc(0), sentUs: 0 } }, 'seq is 0: numbers begin at 1'],
    ['nothing', {}, 'the message holds none of hello, batch, heartbeat and live'],
  ])('%s is refused in words', (_name, message, words) => expect(() => parseAgentMessage(encode(message))).toThrow(words));

  it('is malformed, and nothing worse, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          parseAgentMessage(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(MusterError);
          expect((error as MusterError).code).toBe('malformed');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
