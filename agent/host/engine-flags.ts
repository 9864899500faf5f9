// How V8 runs an agent: code that is run once a second is not worth its optimizing compilers, which took a fifth of the CPU and 8 MB.
import { setFlagsFromString } from 'node:v8';

/** Called before the agent's own work begins. */
export function runWithoutOptimizers(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}
