// A machine that does not exist: its load follows the hours of its place and wanders at random around them.
import type { Place } from './places.ts';

const GIB = 1024 ** 3;
const STEP_MS = 100;

/** What a collector would read of it now. */
export interface HostState {
  cores: number;
  /** 0 to 1 */
  busy: number;
  memoryTotal: number;
  memoryUsed: number;
  diskTotal: number;
  diskUsed: number;
  readBytesPerSecond: number;
  writeBytesPerSecond: number;
  rxBytesPerSecond: number;
  txBytesPerSecond: number;
  load1: number;
  load5: number;
  load15: number;
  processes: number;
  sockets: number;
  celsius: number;
  bootSeconds: number;
}

export class SimulatedHost {
  readonly state: HostState;
  readonly #place: Place;
  readonly #random: () => number;
  /** How busy this machine is on the whole, 0 to 1. */
  readonly #temper: number;
  #wander = 0;
  #lastUs = 0;

  /** The same seed is the same machine. */
  constructor(seed: number, place: Place, nowUs: number) {
    this.#place = place;
    this.#random = createRandom(seed);
    this.#temper = 0.15 + 0.7 * this.#random() ** 2;
    const cores = 2 ** (1 + Math.floor(this.#random() * 5));
    const memoryTotal = cores * 4 * GIB;
    const diskTotal = (40 + Math.floor(this.#random() * 20) * 40) * GIB;
    this.state = {
      cores,
      busy: this.#temper / 2,
      memoryTotal,
      memoryUsed: memoryTotal * (0.2 + 0.6 * this.#random()),
      diskTotal,
      diskUsed: diskTotal * (0.1 + 0.75 * this.#random()),
      readBytesPerSecond: 0,
      writeBytesPerSecond: 0,
      rxBytesPerSecond: 0,
      txBytesPerSecond: 0,
      load1: 0,
      load5: 0,
      load15: 0,
      processes: 80 + Math.floor(this.#random() * 300),
      sockets: 50 + Math.floor(this.#random() * 400),
      celsius: 40,
      bootSeconds: Math.floor(nowUs / 1e6 - this.#random() * 120 * 86_400),
    };
    this.advance(nowUs);
  }

  get cpuModel(): string {
    return this.#temper > 0.5 ? 'Simulated EPYC' : 'Simulated Xeon';
  }

  /** A value around 0, mostly within ±1. */
  noise(): number {
    return this.#random() + this.#random() + this.#random() - 1.5;
  }

  /** To the moment given; the same moment twice changes nothing. */
  advance(nowUs: number): void {
    const elapsedMs = Math.min(60_000, (nowUs - this.#lastUs) / 1000);
    if (elapsedMs < STEP_MS / 2) return;
    this.#lastUs = nowUs;
    const keep = Math.exp(-elapsedMs / 30_000);
    this.#wander = this.#wander * keep + this.noise() * Math.sqrt(1 - keep * keep);
    const { state } = this;
    const day = this.#dayCurve(nowUs);
    const busy = Math.min(0.99, Math.max(0.005, this.#temper * day + 0.12 * this.#wander + 0.02 * this.noise()));
    state.busy += (busy - state.busy) * (1 - Math.exp(-elapsedMs / 5000));
    const running = state.busy * state.cores;
    state.load1 += (running - state.load1) * (1 - Math.exp(-elapsedMs / 60_000));
    state.load5 += (running - state.load5) * (1 - Math.exp(-elapsedMs / 300_000));
    state.load15 += (running - state.load15) * (1 - Math.exp(-elapsedMs / 900_000));
    state.memoryUsed = clamp(
      state.memoryUsed + state.memoryTotal * 0.001 * this.noise(),
      state.memoryTotal * 0.1,
      state.memoryTotal * 0.97,
    );
    state.diskUsed = clamp(state.diskUsed + 30_000 * (elapsedMs / 1000) * (1 + this.noise()), 0, state.diskTotal * 0.98);
    const traffic = state.busy * state.cores * (1 + 0.3 * this.noise());
    state.rxBytesPerSecond = Math.max(800, 400_000 * traffic);
    state.txBytesPerSecond = Math.max(500, 900_000 * traffic * (1 + 0.1 * this.noise()));
    state.readBytesPerSecond = Math.max(0, 200_000 * traffic * (1 + this.noise()));
    state.writeBytesPerSecond = Math.max(0, 600_000 * traffic * (1 + 0.5 * this.noise()));
    state.processes = Math.round(clamp(state.processes + this.noise() * 2, 60, 900));
    state.sockets = Math.round(clamp(state.sockets + this.noise() * 6, 20, 4000));
    state.celsius = 34 + 40 * state.busy + this.noise();
  }

  /** Low before dawn, high in the afternoon of the place: 0.25 to 1. */
  #dayCurve(nowUs: number): number {
    const hour = (nowUs / 3.6e9 + this.#place.utcOffsetHours) % 24;
    return 0.625 - 0.375 * Math.cos(((hour - 3) / 24) * 2 * Math.PI);
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

/** Mulberry32: quick and good enough for curves. */
function createRandom(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
