// Holds back reading from agents while too much waits for the stream behind.
// Pausing the stream of a call is not enough: grpc-js reads sixteen more messages ahead, each of up to a megabyte.
import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor } from '@grpc/grpc-js';

export interface Pressure {
  /** True while no more should be read. */
  readonly pressure: boolean;
  onPressure(listener: (on: boolean) => void): () => void;
}

/** For the methods at `paths`: asks for the next message only while there is no pressure. Others pass. */
export function createReadGate(source: Pressure, paths: readonly string[]): ServerInterceptor {
  const waiting = new Set<() => void>();
  source.onPressure((on) => {
    if (on) return;
    for (const read of waiting) read();
    waiting.clear();
  });
  return (method, call) => {
    if (!paths.includes(method.path)) return new ServerInterceptingCall(call);
    const read = (): void => call.startRead();
    const gate = (): void => {
      if (source.pressure) waiting.add(read);
      else read();
    };
    // Agents that find no way in come again and again, for as long as the pressure lasts.
    return new GatedCall(call, gate, () => waiting.delete(read));
  };
}

class GatedCall extends ServerInterceptingCall {
  readonly #gate: () => void;

  constructor(call: ServerInterceptingCallInterface, gate: () => void, onCancel: () => void) {
    super(call, { start: (next) => next({ onCancel }) });
    this.#gate = gate;
  }

  override startRead(): void {
    this.#gate();
  }
}
