import { describe, expect, it } from 'vitest';
import { GATEWAY_MESSAGE_FIELDS, type GatewayMessage } from '../../proto/gen/messages.ts';
import { decodeMessage } from '../../proto/message-codec.ts';
import { Downlink } from './downlink.ts';

const EPOCH = Buffer.alloc(16, 3);

function createDownlink(takes: number) {
  const state = { now: 0, takes, written: [] as GatewayMessage[] };
  const downlink = new Downlink({
    write: (message) => {
      state.written.push(decodeMessage<GatewayMessage>(GATEWAY_MESSAGE_FIELDS, message));
      return --state.takes > 0;
    },
    now: () => state.now,
  });
  return { downlink, state };
}

describe('the way down', () => {
  it('makes one acknowledgement of several in a turn', async () => {
    const { downlink, state } = createDownlink(10);
    for (let seq = 1; seq <= 5; seq++) downlink.acknowledge({ epoch: EPOCH, seq });
    await Promise.resolve();
    expect(state.written.map((message) => message.ack?.seq)).toEqual([5]);
  });

  it('keeps only the newest acknowledgement while the agent does not read, and tells for how long', async () => {
    const { downlink, state } = createDownlink(1);
    downlink.send({ drain: { withinMs: 1 } });
    expect(downlink.blocked).toBe(true);
    for (let seq = 1; seq <= 1000; seq++) {
      downlink.acknowledge({ epoch: EPOCH, seq });
      await Promise.resolve();
    }
    state.now = 7000;
    expect(downlink.blockedMs).toBe(7000);
    expect(state.written).toHaveLength(1);
    state.takes = 10;
    downlink.drained();
    expect(state.written.map((message) => message.ack?.seq)).toEqual([undefined, 1000]);
    expect(downlink.blockedMs).toBe(0);
  });

  it('bounds what waits', () => {
    const { downlink } = createDownlink(1);
    const sent = Array.from({ length: 100 }, () => downlink.send({ drain: { withinMs: 1 } }));
    expect(sent.filter(Boolean)).toHaveLength(65);
  });
});

it('keeps the newest acknowledgement of each epoch', async () => {
  const { downlink, state } = createDownlink(1);
  const other = Buffer.alloc(16, 4);
  downlink.send({ drain: { withinMs: 1 } });
  for (let seq = 1; seq <= 3; seq++) {
    downlink.acknowledge({ epoch: EPOCH, seq });
    downlink.acknowledge({ epoch: other, seq: seq * 10 });
  }
  await Promise.resolve();
  state.takes = 10;
  downlink.drained();
  expect(state.written.slice(1).map(({ ack }) => [ack?.epoch[0], ack?.seq])).toEqual([
    [3, 3],
    [4, 30],
  ]);
});
