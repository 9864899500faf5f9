// How much memory this process keeps. What it takes from the system says little of that: the collector lets garbage lie as long as there is room.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** MiB of objects and buffers in use once garbage is collected. */
export async function keptMb(): Promise<number> {
  // Closing sockets and finalizers need a turn each before what they held is garbage.
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1024 ** 2;
}
