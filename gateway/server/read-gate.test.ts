import type { ServerInterceptingCallInterface, ServerMethodDefinition } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { createReadGate } from './read-gate.ts';

const METHOD = { path: '/gated' } as ServerMethodDefinition<unknown, unknown>;
type Listener = Parameters<ServerInterceptingCallInterface['start']>[0];
const LISTENER: Listener = {
  onReceiveMetadata: () => undefined,
  onReceiveMessage: () => undefined,
  onReceiveHalfClose: () => undefined,
  onCancel: () => undefined,
};

/** A gate under pressure, and one call behind it. */
function stage() {
  const source = { pressure: true, release: (): void => undefined };
  const gate = createReadGate(
    {
      get pressure() {
        return source.pressure;
      },
      onPressure: (listener) => {
        source.release = () => {
          source.pressure = false;
          listener(false);
        };
        return () => undefined;
      },
    },
    ['/gated'],
  );
  const below = { reads: 0, cancel: (): void => undefined };
  const call = {
    start: (listener: Listener) => {
      below.cancel = () => listener.onCancel();
    },
    startRead: () => {
      below.reads++;
    },
  } as unknown as ServerInterceptingCallInterface;
  const gated = gate(METHOD, call);
  gated.start(LISTENER);
  return { source, below, gated };
}

it('reads on when the pressure is over', () => {
  const { source, below, gated } = stage();
  gated.startRead();
  expect(below.reads).toBe(0);
  source.release();
  expect(below.reads).toBe(1);
  gated.startRead();
  expect(below.reads).toBe(2);
});

it('forgets a call that ended while it waited', () => {
  const { source, below, gated } = stage();
  gated.startRead();
  below.cancel();
  source.release();
  expect(below.reads).toBe(0);
});
