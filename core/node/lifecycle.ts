// Starts and stops the components of a process in order, and ends it on a signal.

/** Something that runs. `start` may be called again after `stop`; `stop` may be called twice, or without `start`. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts in order; when one fails, stops those already started in reverse order and throws. Returns what stops them all. */
export async function startAll(components: readonly Component[]): Promise<() => Promise<void>> {
  const started: Component[] = [];
  const stop = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (let component = started.pop(); component !== undefined; component = started.pop()) {
      await component.stop().catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw new AggregateError(errors, 'some components did not stop cleanly');
  };
  for (const component of components) {
    started.push(component);
    try {
      await component.start();
    } catch (error) {
      await stop().catch(() => {
        // The reason of the failed start is what the caller must see.
      });
      throw error;
    }
  }
  return stop;
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once with 130. */
export function untilSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let seen = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (seen) process.exit(130);
      seen = true;
      resolve(signal);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
