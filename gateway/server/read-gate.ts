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
  return (method, call) =>
    paths.includes(method.path)
      ? new GatedCall(call, (read) => {
          if (source.pressure) waiting.add(read);
          else read();
        })
      : new ServerInterceptingCall(call);
}

class GatedCall extends ServerInterceptingCall {
  readonly #whenOpen: (read: () => void) => void;
  readonly #call: ServerInterceptingCallInterface;

  constructor(call: ServerInterceptingCallInterface, whenOpen: (read: () => void) => void) {
    super(call);
    this.#call = call;
    this.#whenOpen = whenOpen;
  }

  /** Of a call that was cancelled meanwhile this does nothing. */
  override startRead(): void {
    this.#whenOpen(() => this.#call.startRead());
  }
}
