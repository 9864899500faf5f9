// Takes one message of an agent apart, as far as a gateway needs: a batch and live samples stay bytes.
import { MusterError } from '../../core/common/muster-error.ts';
import { decodeLiveSamples } from '../../proto/batch-codec.ts';
import {
  BATCH_UPLOAD_FIELDS,
  type BatchUpload,
  COMMAND_OUTPUT_FIELDS,
  type CommandOutput,
  HEARTBEAT_FIELDS,
  HELLO_FIELDS,
  type Heartbeat,
  type Hello,
  PEERS_WISH_FIELDS,
  type PeersWish,
} from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { BYTES, WireReader } from '../../proto/wire.ts';

export type ReceivedMessage =
  | { kind: 'hello'; hello: Hello }
  | { kind: 'batch'; batch: BatchUpload }
  | { kind: 'heartbeat'; heartbeat: Heartbeat; bytes: Buffer }
  | { kind: 'live'; bytes: Buffer }
  | { kind: 'commandOutput'; output: CommandOutput; bytes: Buffer }
  | { kind: 'peersWish'; wish: PeersWish };

const KINDS: Readonly<Record<number, ReceivedMessage['kind']>> = {
  1: 'hello',
  2: 'batch',
  3: 'heartbeat',
  4: 'live',
  5: 'commandOutput',
  6: 'peersWish',
};
const EPOCH_BYTES = 16;
const MAX_INTERVAL_MS = 86_400_000;

/** As a oneof has it, the last kind in the message counts. Throws `malformed` for anything that is not a message of an agent. */
export function parseAgentMessage(message: Buffer): ReceivedMessage {
  const reader = new WireReader(message);
  let kind: ReceivedMessage['kind'] | undefined;
  let bytes = message;
  while (!reader.done) {
    const key = reader.uint();
    const found = KINDS[Math.floor(key / 8)];
    if (found === undefined) {
      reader.skip(key % 8);
      continue;
    }
    reader.expect(Math.floor(key / 8), key % 8, BYTES);
    kind = found;
    bytes = reader.bytes();
  }
  if (kind === undefined) throw new MusterError('malformed', 'the message holds none of hello, batch, heartbeat and live');
  return parseKind(kind, bytes);
}

function parseKind(kind: ReceivedMessage['kind'], bytes: Buffer): ReceivedMessage {
  switch (kind) {
    case 'hello':
      return { kind, hello: checkHello(decodeMessage<Hello>(HELLO_FIELDS, bytes)) };
    case 'batch':
      return { kind, batch: checkBatch(decodeMessage<BatchUpload>(BATCH_UPLOAD_FIELDS, bytes)) };
    case 'heartbeat':
      return { kind, heartbeat: decodeMessage<Heartbeat>(HEARTBEAT_FIELDS, bytes), bytes };
    case 'commandOutput':
      return { kind, output: decodeMessage<CommandOutput>(COMMAND_OUTPUT_FIELDS, bytes), bytes };
    case 'peersWish':
      return { kind, wish: decodeMessage<PeersWish>(PEERS_WISH_FIELDS, bytes) };
    default:
      decodeLiveSamples(bytes);
      return { kind, bytes };
  }
}

function checkHello(hello: Hello): Hello {
  assertEpoch(hello.epoch);
  if (hello.oldestSeq < 1) throw new MusterError('malformed', `oldest_seq is ${hello.oldestSeq}: numbers begin at 1`);
  if (hello.nextSeq < hello.oldestSeq) {
    throw new MusterError('malformed', `next_seq is ${hello.nextSeq}, less than oldest_seq ${hello.oldestSeq}`);
  }
  if (hello.intervalMs > MAX_INTERVAL_MS) {
    throw new MusterError('malformed', `interval_ms is ${hello.intervalMs}: at most ${MAX_INTERVAL_MS} (a day)`);
  }
  return hello;
}

function checkBatch(batch: BatchUpload): BatchUpload {
  assertEpoch(batch.epoch);
  if (batch.seq < 1) throw new MusterError('malformed', `seq is ${batch.seq}: numbers begin at 1`);
  return batch;
}

function assertEpoch(epoch: Uint8Array): void {
  if (epoch.length !== EPOCH_BYTES) throw new MusterError('malformed', `epoch has ${epoch.length} bytes: ${EPOCH_BYTES} are needed`);
}
