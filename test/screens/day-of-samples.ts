// A day of samples in the spools of a simulated fleet, as if it had been out of reach so long: its agents bring them in by the way that all samples take.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { FrameBuilder } from '../../agent/sampling/frame-builder.ts';
import { PLACES, type Place } from '../../agent/simulate/places.ts';
import { createSimulatedCollectors } from '../../agent/simulate/simulated-collectors.ts';
import { SimulatedHost } from '../../agent/simulate/simulated-host.ts';
import { toNodeName } from '../../agent/simulate/simulated-node.ts';
import { openSpoolDatabase } from '../../agent/spool/spool-database.ts';
import { SqliteSpool } from '../../agent/spool/sqlite-spool.ts';

const DAY_MS = 86_400_000;
/** The short curves of the fleet show so much. */
const RECENT_MS = 20 * 60_000;
const STEP_MS = 60_000;
export const RECENT_STEP_MS = 2000;
/** Samples in a batch. */
const TICKS = 10;
const LIMITS = { maxBytes: 2 ** 30, maxRows: 10_000_000 };

/** Samples that each node has afterwards. */
export const SAMPLES_OF_A_DAY = (DAY_MS - RECENT_MS) / STEP_MS + RECENT_MS / RECENT_STEP_MS;

/** Fills the spools of so many nodes below `stateDir`, the folder of `startSimulation`, up to `toMs`. */
export function fillSpools(stateDir: string, namePrefix: string, nodes: number, toMs: number): void {
  for (let index = 0; index < nodes; index++) {
    const place = PLACES[index % PLACES.length] as Place;
    const folder = join(stateDir, 'nodes', toNodeName(namePrefix, place, index));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const spool = new SqliteSpool(openSpoolDatabase(join(folder, 'spool.db'), 'kill').database, LIMITS);
    // The seed of the same node of the simulation: its machine is as busy as it will be.
    fillSpool(spool, new SimulatedHost(index + 1, place, (toMs - DAY_MS) * 1000), toMs, index);
    spool.close();
  }
}

/** `shift` moves the ends of the batches: not all nodes flush at the same moment. */
function fillSpool(spool: SqliteSpool, host: SimulatedHost, toMs: number, shift: number): void {
  const collectors = createSimulatedCollectors(host).map((collector) => ({ collector, rows: new FrameBuilder(collector) }));
  let timeMs = toMs - DAY_MS;
  for (let tick = 1; tick <= SAMPLES_OF_A_DAY; tick++) {
    timeMs += timeMs < toMs - RECENT_MS ? STEP_MS : RECENT_STEP_MS;
    for (const { collector, rows } of collectors) {
      rows.beginTick(timeMs * 1000);
      void collector.collect(rows, { timeUs: timeMs * 1000, monotonicMs: timeMs });
    }
    if ((tick + shift) % TICKS !== 0 && tick < SAMPLES_OF_A_DAY) continue;
    spool.append({ createdUs: timeMs * 1000, frames: collectors.flatMap(({ rows }) => rows.take() ?? []), events: [] });
  }
}
