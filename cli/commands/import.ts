// `muster import FILE`: a recording from a file onto the agents' durable path, exactly once however often it is run.

import { Command, InvalidArgumentError, Option } from 'commander';
import { MusterError } from '../../core/common/muster-error.ts';
import { timeWindow } from '../../core/common/row-time.ts';
import { importIdentity } from '../../core/files/import/import-identity.ts';
import type { ImportMapping } from '../../core/files/import/import-mapping.ts';
import type { ImportSource } from '../../core/files/import/import-source.ts';
import { openSource } from '../../core/files/import/open-source.ts';
import { EXIT } from '../../core/node/exit-code.ts';
import type { CheckImportRequest } from '../../proto/gen/messages.ts';
import { ImportedFormats } from '../export/export-format.ts';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import { type Checkpoint, CheckpointFile } from '../import/checkpoint.ts';
import { ANY_TIME, DRY_RUN_ROWS, findRepeats, repeatLines } from '../import/file-check.ts';
import { ImportDoor } from '../import/import-door.ts';
import { outcomeCode, outcomeJson, outcomeLines, SENT_BEFORE_QUIET_MS, untilInLedger } from '../import/import-outcome.ts';
import { showImportProgress } from '../import/import-progress.ts';
import { ImportRun } from '../import/import-run.ts';
import { cellLines, lostColumns, planLines, type ReadingOptions, readingOf, wantedOf, withReading } from '../import/reading-options.ts';
import { Rejects } from '../import/rejects.ts';
import { UploadClient } from '../import/upload-client.ts';
import { findHome } from '../state/state-folder.ts';
import { parseDurationSeconds } from '../terminal/duration.ts';
import type { Output } from '../terminal/output.ts';
import { counted, formatCount } from '../terminal/quantity.ts';
import { action, type CommandContext, wholeNumber } from './command-context.ts';

interface Options extends TargetOptions, ReadingOptions {
  now?: true;
  speed: number;
  window?: number;
  maxRowsPerNode?: number;
  ttl?: number;
  wait: boolean;
  strict?: true;
  restart?: true;
  restored?: true;
  dryRun?: true;
  rejects?: string;
  json?: true;
}

const ASK_WITHIN_MS = 3000;
/** Of the store, where no gateway says it. */
const DEFAULT_TTL_DAYS = 30;

export function importCommand(context: CommandContext): Command {
  return withReading(withTarget(new Command('import')))
    .description('Store the rows of a CSV, Parquet or NDJSON file')
    .argument('<file>', 'the recording')
    .option('--now', 'move all times so that the newest is now')
    .option('--speed <factor>', 'replay at so many times real time; 0 is as fast as it goes', positive, 0)
    .option('--window <duration>', 'only the newest part, such as 7d', parseDurationSeconds)
    .option(
      '--max-rows-per-node <n>',
      'rows of each node at most: the first of the file are kept, later ones left out',
      wholeNumber(1, 1_000_000_000),
    )
    .option('--ttl <days>', 'refuse rows older than this (default: what the store keeps)', wholeNumber(1, 36_500))
    .option('--strict', 'look at every row first, and store nothing where one is not acceptable')
    .option('--no-wait', 'end when all is accepted, without the ledger')
    .option('--restart', 'from the beginning, although an earlier run got further')
    .addOption(new Option('--restored', 'its rows were in the store before').hideHelp())
    .option(
      '--rejects <file>',
      'write the rows that were not acceptable here: CSV under comments with the reasons, else a JSON object for each',
    )
    .option('--dry-run', 'show what would become of each column and stop')
    .option('--json', 'one JSON document at the end')
    .addHelpText(
      'after',
      `
What is stored once stays once: an import that was killed goes on where it stood, and one that is run again changes nothing.
The end tells what became of each row, from the ledger: stored, replaced by another of the same time, node and tags, set aside with the
reason, refused, left out. Exit code: 0 when every row is stored, 1 when some were replaced, set aside or refused or
a column with values could not be taken, 69 when the ledger did
not have them in time.

Examples:
  muster import probes.csv --dry-run
  muster import cpu.csv --time timestamp --tags host,region --measurement cpu
  muster import incident.csv --now --speed 10`,
    )
    .action(action<Options>(context, (options, [path = '']) => importFile(path, options, context)));
}

async function importFile(path: string, options: Options, context: CommandContext): Promise<number> {
  const source = await openSource(path, readingOf(options));
  try {
    return await importSource(source, path, options, context);
  } finally {
    await source.close?.();
  }
}

async function importSource(source: ImportSource, path: string, options: Options, { output, env }: CommandContext): Promise<number> {
  const mapping = source.plan(wantedOf(options));
  for (const line of planLines(source, mapping)) output.note(line);
  if (options.dryRun) return dryRun(path, source, mapping, options, { output, env });
  const identity = importIdentity(source.fingerprint, mapping, {
    now: options.now === true,
    windowSeconds: options.window ?? 0,
    maxRowsPerNode: options.maxRowsPerNode ?? 0,
    replayed: options.speed > 0,
  });
  const checkpoint = new CheckpointFile(findHome(options.home, env), identity);
  if (options.restart) checkpoint.remove();
  const resume = checkpoint.load();
  if (resume?.done)
    output.note(
      `it was imported before, ${counted(resume.rows, 'row')}: nothing is left to do (--restart sends it once more, which changes nothing)`,
    );
  const rejects = new Rejects(options.rejects, output);
  const timing = resume?.done ? { shiftUs: 0 } : await timingOf(source, mapping, options, resume?.shiftUs);
  if (resume === undefined) await source.assertReadable(mapping);
  const target = findTarget(options, env);
  const door = new ImportDoor(target);
  try {
    const { ttlDays, ttlHours, problems } = await door.check(columnsOf(mapping)).catch((error: unknown) => {
      // A gateway that is away for a while is waited for by the upload; only --strict has to know before.
      if (options.strict || !(error instanceof MusterError) || !error.retryable) throw error;
      return { ttlDays: DEFAULT_TTL_DAYS, ttlHours: 0, problems: [] };
    });
    const days = options.ttl ?? (ttlHours === 0 ? ttlDays : ttlHours / 24);
    for (const problem of problems) output.note(problem);
    if (options.strict && resume === undefined) {
      const strict = await checkAll(source, mapping, { ttlDays: days, timing, rejects });
      for (const line of strict) output.note(line);
      if (rejects.count + problems.length + strict.length > 0) {
        output.note(
          `nothing was stored: --strict wants every row to be stored as it is${rejects.count > 0 ? `, ${formatCount(rejects.count)} are not acceptable` : ''}`,
        );
        return EXIT.failure;
      }
    }
    return await send({
      path,
      source,
      mapping,
      options,
      target,
      door,
      checkpoint,
      resume,
      identity,
      timing,
      ttlDays: days,
      rejects,
      output,
      home: findHome(options.home, env),
    });
  } finally {
    door.close();
  }
}

/** What would become of the columns, and of the first rows. */
async function dryRun(
  path: string,
  source: ImportSource,
  mapping: ImportMapping,
  options: Options,
  { output, env }: Pick<CommandContext, 'output' | 'env'>,
): Promise<number> {
  const keys = await findRepeats(source, mapping, { window: ANY_TIME, shiftUs: 0, maxRows: DRY_RUN_ROWS, onRefused: () => undefined });
  const problems = await problemsAtGateway(mapping, options, env);
  for (const line of [...repeatLines(keys, mapping), ...problems]) output.note(line);
  if (options.json) {
    const { rows, repeated } = keys;
    output.json({
      file: path,
      bytes: source.bytes,
      format: source.description,
      mapping,
      rowsLookedAt: rows,
      rowsRepeated: repeated,
      problems,
    });
  }
  return EXIT.ok;
}

/** What speaks against the columns; nothing where no gateway can be asked. */
async function problemsAtGateway(mapping: ImportMapping, options: Options, env: CommandContext['env']): Promise<string[]> {
  try {
    const door = new ImportDoor(findTarget(options, env));
    return await door
      .check(columnsOf(mapping), ASK_WITHIN_MS)
      .then(
        ({ problems }) => problems,
        () => [],
      )
      .finally(() => door.close());
  } catch {
    // A dry run needs no gateway.
    return [];
  }
}

interface Sending {
  path: string;
  source: ImportSource;
  mapping: ImportMapping;
  options: Options;
  target: FleetTarget;
  door: ImportDoor;
  checkpoint: CheckpointFile;
  resume: Checkpoint | undefined;
  identity: string;
  timing: { shiftUs: number; fromUs?: number };
  ttlDays: number;
  rejects: Rejects;
  output: Output;
  home: string;
}

async function send(sending: Sending): Promise<number> {
  const { path, source, mapping, options, target, door, checkpoint, resume, identity, timing, ttlDays, rejects, output } = sending;
  const run = new ImportRun({
    ...{
      source,
      mapping,
      identity: `${identity} ${timing.shiftUs}`,
      checkpoint,
      resume,
      speed: options.speed,
      ttlDays,
      ...timing,
    },
    ...(options.restored === true ? { door: 'restore' as const } : {}),
    ...(options.maxRowsPerNode === undefined ? {} : { maxRowsPerNode: options.maxRowsPerNode }),
    connect: (onStored) => new UploadClient(target, onStored),
    onRefused: (refusal) => rejects.add(refusal),
    onRetry: (error, inMs) => output.note(`muster: ${error.message}; goes on in ${inMs / 1000} s`),
  });
  const startedMs = performance.now();
  const before = run.stored;
  if (!resume?.done) {
    if (resume !== undefined) output.note(`it goes on after row ${formatCount(resume.position.row)}`);
    const progress = options.json
      ? undefined
      : showImportProgress(process.stderr, () => ({ bytes: run.bytesRead, totalBytes: source.bytes, rows: run.stored }));
    try {
      await run.run();
    } finally {
      progress?.stop();
    }
  }
  await rejects.close();
  new ImportedFormats(sending.home).set(mapping.measurement, source.format);
  const seconds = (performance.now() - startedMs) / 1000;
  const about = { epoch: run.epoch, measurement: mapping.measurement };
  if (options.wait)
    await untilInLedger(door, run.tally, about, options.json ? undefined : process.stderr, resume?.done ? SENT_BEFORE_QUIET_MS : undefined);
  const account = run.tally.rows(run.notSent);
  const speed = (run.stored - before) / seconds;
  const cells = { cellsWithoutValue: run.cellsWithoutValue, columnsLost: lostColumns(mapping) };
  if (options.json)
    output.json({ file: path, ...outcomeJson(account), ...cells, rowsAcceptedNow: run.stored - before, seconds, rowsPerSecond: speed });
  else {
    const [first, ...others] = outcomeLines(account, mapping.measurement, options.wait, run.tally.problem);
    output.line(`${first} (${formatCount(speed)} rows/s)`);
    for (const line of [...others, ...cellLines(cells)]) output.line(line);
    if (account.replaced > 0) for (const line of await adviceOn(source, mapping)) output.line(line);
  }
  return outcomeCode(account, options.wait) || (cells.columnsLost.length > 0 ? EXIT.failure : EXIT.ok);
}

function columnsOf({ measurement, tags, fields, texts }: ImportMapping): CheckImportRequest {
  const names = (columns: readonly { name: string }[]): string[] => columns.map(({ name }) => name);
  return { measurement, tags: names(tags), fields: names(fields), texts: names(texts) };
}

/** Shift and beginning of the window follow from the newest time, for which the whole file has to be read. */
async function timingOf(
  source: ImportSource,
  mapping: ImportMapping,
  options: Options,
  shiftedUs: number | undefined,
): Promise<{ shiftUs: number; fromUs?: number }> {
  if (!options.now && options.window === undefined) return { shiftUs: 0 };
  const newestUs = await source.newestUs(mapping);
  if (Number.isNaN(newestUs)) return { shiftUs: 0 };
  const shiftUs = options.now ? (shiftedUs ?? Date.now() * 1000 - newestUs) : 0;
  return { shiftUs, ...(options.window === undefined ? {} : { fromUs: newestUs + shiftUs - options.window * 1e6 }) };
}

/** Which column would have kept rows from being replaced. */
async function adviceOn(source: ImportSource, mapping: ImportMapping): Promise<string[]> {
  return repeatLines(
    await findRepeats(source, mapping, { window: ANY_TIME, shiftUs: 0, maxRows: DRY_RUN_ROWS, onRefused: () => undefined }),
    mapping,
  );
}

/** Reads every row and sends none. Gives what is wrong with the rows as a whole. */
async function checkAll(
  source: ImportSource,
  mapping: ImportMapping,
  { ttlDays, timing, rejects }: Pick<Sending, 'ttlDays' | 'timing' | 'rejects'>,
): Promise<string[]> {
  const window = timeWindow(Date.now() * 1000, ttlDays);
  return repeatLines(await findRepeats(source, mapping, { window, ...timing, onRefused: (refusal) => rejects.add(refusal) }), mapping);
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('Expected a number from 0.');
  return value;
}
