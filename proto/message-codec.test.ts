import fc from 'fast-check';
import protobuf from 'protobufjs';
import 'protobufjs/ext/descriptor/index.js';
import { describe, expect, it } from 'vitest';
import type { MusterError } from '../core/common/muster-error.ts';
import { descriptorSetBytes } from './descriptors.ts';
import {
  AGENT_MESSAGE_FIELDS,
  type AgentMessage,
  ENROLL_REQUEST_FIELDS,
  type EnrollRequest,
  GATEWAY_MESSAGE_FIELDS,
  type GatewayMessage,
} from './gen/messages.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';

const root = (protobuf.Root as unknown as { fromDescriptor(bytes: Buffer): protobuf.Root }).fromDescriptor(descriptorSetBytes());
const INFO = {
  name: 'los-core-03',
  platform: 'linux',
  os: 'Debian',
  kernel: '6.12',
  arch: 'x64',
  cpuModel: 'EPYC',
  cpuCores: 16,
  memoryBytes: 68719476736,
  virtualization: '',
  model: '',
  addresses: ['10.0.0.1', 'fe80::1'],
  agentVersion: '0.1.0',
  labels: { country: 'ng', region: 'lagos' },
  bootUs: 1763850000000000,
  simulated: false,
  commands: [],
};

describe('message codec', () => {
  it('round-trips the messages of the stream and agrees with protobufjs', () => {
    const messages: AgentMessage[] = [
      { hello: { epoch: Buffer.alloc(16, 1), oldestSeq: 5, nextSeq: 9, sentUs: 1763850000000001, node: INFO, intervalMs: 1000 } },
      {
        batch: {
          epoch: Buffer.alloc(16, 1),
          seq: 2 ** 40,
          batch: Buffer.from('abc'),
          sentUs: 1,
          summary: { timeUs: 1, cpuPercent: 0, diskMount: '/', load1: 1.5 },
        },
      },
      {
        heartbeat: {
          sentUs: 3,
          spool: {
            epoch: Buffer.alloc(16),
            oldestSeq: 1,
            nextSeq: 1,
            bytes: 0,
            rows: 0,
            durable: true,
            problem: '',
            oldestUs: 0,
            drops: [],
            retries: 0,
            lastError: '',
            setAside: 0,
          },
        },
      },
    ];
    const type = root.lookupType('muster.v1.AgentMessage');
    for (const message of messages) {
      const bytes = encodeMessage(AGENT_MESSAGE_FIELDS, message);
      expect(decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, bytes)).toEqual(message);
      expect(Buffer.from(type.encode(type.decode(bytes)).finish()).equals(bytes)).toBe(true);
    }
    const refuse: GatewayMessage = {
      refuse: { epoch: Buffer.alloc(16), seq: 1, code: 'sequence_gap', reason: 'r', permanent: false, expectedSeq: 4 },
    };
    expect(decodeMessage(GATEWAY_MESSAGE_FIELDS, encodeMessage(GATEWAY_MESSAGE_FIELDS, refuse))).toEqual(refuse);
  });

  it('tells an absent value from a zero', () => {
    const bytes = encodeMessage(AGENT_MESSAGE_FIELDS, { heartbeat: { sentUs: 1, summary: { timeUs: 1, cpuPercent: 0, diskMount: '' } } });
    const summary = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, bytes).heartbeat?.summary;
    expect(summary?.cpuPercent).toBe(0);
    expect(summary && 'memoryPercent' in summary).toBe(false);
  });

  it('skips fields of a later version', () => {
    const later = Buffer.concat([encodeMessage(ENROLL_REQUEST_FIELDS, { joinToken: 't' }), Buffer.from('a20603616263', 'hex')]);
    expect(decodeMessage<EnrollRequest>(ENROLL_REQUEST_FIELDS, later).joinToken).toBe('t');
  });

  it('refuses nesting, huge lengths and groups with words', () => {
    expect(() => decodeMessage(AGENT_MESSAGE_FIELDS, Buffer.from('0affffffff0f', 'hex'))).toThrow(/claims 4294967295 bytes/);
    expect(() => decodeMessage(AGENT_MESSAGE_FIELDS, Buffer.from('0b', 'hex'))).toThrow(/expected 2/);
    expect(() => decodeMessage(AGENT_MESSAGE_FIELDS, Buffer.from('fb01', 'hex'))).toThrow(/wire type 3/);
  });

  it('takes nesting of any depth as the bytes of one field, without descending', () => {
    let nested = Buffer.alloc(0);
    for (let depth = 0; depth < 10_000; depth++) nested = Buffer.concat([Buffer.from([0x0a]), varint(nested.length), nested]);
    const message = decodeMessage<AgentMessage>(AGENT_MESSAGE_FIELDS, nested);
    expect(message.hello?.epoch.length).toBeGreaterThan(10_000);
  });

  it('throws malformed, and nothing else, on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeMessage(AGENT_MESSAGE_FIELDS, Buffer.from(bytes));
        } catch (error) {
          expect((error as MusterError).code).toBe('malformed');
        }
      }),
      { numRuns: 3000 },
    );
  });
});

function varint(value: number): Buffer {
  const bytes = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
