// TCP ports of the loopback interface for the servers that tests start.
import { isPortFree } from '../../cli/process/port-free.ts';

// Below the ports that systems give to outgoing connections (Linux from 32768, others from 49152): between the choice and the server's start, no
// connection of another test can come to sit on one.
const FIRST = 10_000;
const SLICE = 2500;
const SLICES = 8;

// Test files run beside each other: each worker has ports of its own.
const slice = FIRST + (Number(process.env.VITEST_POOL_ID ?? 0) % SLICES) * SLICE;
// Another run on this machine begins elsewhere.
let next = Math.floor(Math.random() * SLICE);
let asked = 0;

/** A port that nobody listens on at this moment and that this process has not given before. Rejects once its 2,500 are used up. */
export async function freePort(): Promise<number> {
  while (asked++ < SLICE) {
    const port = slice + (next++ % SLICE);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no port between ${slice} and ${slice + SLICE - 1} is free`);
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}
