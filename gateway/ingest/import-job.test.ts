import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { ImportAccount } from '../../proto/gen/messages.ts';
import type { Upload } from '../publisher/lane.ts';
import { ImportJob, type ImportJobOptions } from './import-job.ts';

const folder = mkdtempSync(join(tmpdir(), 'import-job-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MAPPING = {
  timeColumn: '',
  timeFormat: '',
  timeZone: '',
  nodeColumn: '',
  node: 'n',
  tags: [],
  fields: [],
  texts: [],
  measurement: 'm',
  renames: {},
};
const CALLER = { tokenId: 't', name: 't', scopes: ['push'] as const, labels: {} };
const NOTHING: ImportAccount = {
  batches: 0,
  rows: 0,
  badRows: 0,
  mergedRows: 0,
  metRows: 0,
  replacedRows: 0,
  overwrittenRows: 0,
  setAside: [],
  incomplete: '',
};

/** A job over a file of 100 minutes; the stream takes everything at once, the ledger says what it is told to. */
function job(options: Partial<ImportJobOptions> & { stepSeconds?: number; ledger?: () => ImportAccount }) {
  const path = join(folder, 'm.csv');
  const lines = Array.from({ length: 100 }, (_, i) => `${new Date(Date.now() - 3_600_000 * 3 + i * 60_000).toISOString()},${i}`);
  writeFileSync(path, `time,v\n${lines.join('\n')}\n`);
  const { stepSeconds = 0, ledger = () => NOTHING, ...others } = options;
  const read = async () => ledger();
  let end: (one: ImportJob) => void = () => undefined;
  const ended = new Promise<ImportJob>((resolve) => {
    end = resolve;
  });
  const task = { path, file: 'm.csv', shiftToNow: false, windowSeconds: 0, stepSeconds, speed: 0, maxRowsPerNode: 0, ttlDays: 30 };
  const made = new ImportJob(
    '1',
    { ...task, mapping: MAPPING, csv: {}, scratch: join(folder, 'scratch') } as ConstructorParameters<typeof ImportJob>[1],
    CALLER,
    {
      ...{ gateway: 'g', registry: { seenAtDoor: async () => undefined }, sendEphemeral: () => undefined },
      ...{ publisher: { offer: ({ onStored }: Upload) => onStored() }, accounts: { read, readBatches: read }, ...others },
    },
    (one) => end(one),
  );
  return { made, ended };
}

it('gives its place back when it was paused for too long', async () => {
  const { ended } = job({ stepSeconds: 600, pausedMs: 20 });
  expect((await ended).toMessage()).toMatchObject({ state: 'cancelled', problem: expect.stringContaining('it was paused for') });
});

it('answers a flush when it was cancelled, whatever was on its way', async () => {
  const { made } = job({ publisher: { offer: () => undefined } });
  await made.planned();
  const flushed = made.flush();
  await made.cancel();
  await flushed;
  await made.flush();
  expect(made.toMessage()).toMatchObject({ state: 'cancelled', rowsStored: 0 });
});

it('is done when the ledger has its rows, and tells what became of them', async () => {
  let batches = 0;
  const ledger = () => ({ ...NOTHING, batches: batches++, rows: 100, mergedRows: 90, replacedRows: 90 });
  const { ended } = job({ ledger });
  expect((await ended).toMessage()).toMatchObject({
    ...{ state: 'done', rowsRead: 100, rowsAccepted: 100, rowsStored: 10, accounted: true },
    outcome: ['100 rows read: 10 stored, 0 refused, 90 replaced by others of the same time, node and tags'],
  });
});

it('answers a window, a flush and a start that stand still, and says what is known', async () => {
  let kept = 0;
  const { made } = job({ publisher: { offer: () => void kept++ }, stepSeconds: 600, stillMs: 20 });
  expect(await made.planned()).toBe('');
  await vi.waitFor(() => expect(kept).toBe(1), 20_000);
  const why = await made.flush();
  expect(why).toContain('not all that was read is in the stream yet: nothing of it has moved for 0.02 s');
  expect(made.toMessage(why)).toMatchObject({ state: 'running', rowsAccepted: 0, incomplete: why });
  await made.cancel();

  const { made: slow } = job({ plannedWithinMs: 0 });
  expect(await slow.planned()).toContain('the columns are not known yet: it takes more than 0 s');
  await slow.cancel();

  const lost = { offered: 0 };
  const offer = ({ onStored }: Upload): void => void (lost.offered++ === 0 && onStored());
  const { made: steps } = job({
    publisher: { offer },
    stepSeconds: 600,
    stillMs: 20,
    ledger: () => ({ ...NOTHING, batches: 1, rows: 10 }),
  });
  await steps.planned();
  await vi.waitFor(() => expect(steps.state).toBe('paused'), 20_000);
  expect(await steps.runWindow()).toContain('the window is not imported yet: nothing of it has moved');
  await steps.cancel();
});

it('offers again what cannot be taken now, and gives it up when it is cancelled', async () => {
  const offered: Upload[] = [];
  const held = new MusterError('unavailable', 'too much waits');
  const offer = (upload: Upload): void => {
    offered.push(upload);
    if (offered.length < 3) upload.onRefused(held);
    else if (offered.length === 3) upload.onStored();
  };
  const { made } = job({ publisher: { offer }, stepSeconds: 600, offerAgainMs: 1, ledger: () => ({ ...NOTHING, batches: 1, rows: 10 }) });
  await vi.waitFor(() => expect(made.state).toBe('paused'), 20_000);
  expect(offered.map(({ delivery }) => delivery.seq)).toEqual([1, 1, 1]);
  expect(offered[2]?.wanted?.()).toBe(true);
  await made.cancel();
  expect(offered[2]?.wanted?.()).toBe(false);
});
