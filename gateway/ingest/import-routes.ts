// POST /api/import: a file as multipart form, streamed to the import folder and then imported by a job. GET /api/import/{id}: how far it is; its windows and flushes by POST.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import type { ImportJob, StartImportRequest } from '../../proto/gen/messages.ts';
import type { Caller } from '../access/caller.ts';
import { json } from '../http/http-answer.ts';
import type { HttpRoute } from '../http/http-door.ts';
import type { ImportJobs } from './import-jobs.ts';
import { receiveForm } from './upload-form.ts';
import { UploadSpace } from './upload-space.ts';

export interface ImportRoutesOptions {
  jobs: Pick<ImportJobs, 'folder' | 'uploadFolder' | 'takePlace' | 'begin' | 'get' | 'runWindow' | 'flush' | 'span'>;
  /** Of one uploaded file. */
  maxBytes: number;
  space?: UploadSpace;
}

const UPLOAD_TIMEOUT_MS = 4 * 3_600_000;
/** A window may be the whole of a large file. */
const STEP_TIMEOUT_MS = 3_600_000;
const TEXTS = ['time_column', 'time_format', 'time_zone', 'node_column', 'node', 'measurement'] as const;
const LISTS = ['tags', 'fields', 'texts'] as const;
const CSV_TEXTS = ['delimiter', 'encoding'] as const;
const NUMBERS = ['skip_rows', 'window_seconds', 'step_seconds', 'speed', 'max_rows_per_node'] as const;
const FIELDS: readonly string[] = [...TEXTS, ...LISTS, ...CSV_TEXTS, ...NUMBERS, 'shift_to_now', 'decimal_comma', 'rename'];

export function importRoutes({ jobs, maxBytes, space = new UploadSpace() }: ImportRoutesOptions): HttpRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/import',
      scope: 'push',
      timeoutMs: UPLOAD_TIMEOUT_MS,
      answer: async (request) => {
        const folder = jobs.folder();
        const leave = jobs.takePlace();
        const own = jobs.uploadFolder();
        const remove = (): Promise<void> => rm(join(folder, own), { recursive: true, force: true });
        const closeClaim = await space.claim(folder, Number(request.headers['content-length'] ?? 0) || 0).catch((error: unknown) => {
          leave();
          throw error;
        });
        try {
          await mkdir(join(folder, own), { recursive: true, mode: 0o700 });
          const { file, fields } = await receiveForm({
            ...{ request: request.stream, folder: join(folder, own), maxBytes, onField: keepField },
            checkSpace: () => space.check(folder),
          });
          // Its caller was told already that it did not come in time.
          if (request.signal.aborted) throw new MusterError('cancelled', 'the request is over');
          const wanted = toRequest(join(own, file), fields);
          const job = await jobs.begin(wanted, request.caller as Caller, () => remove().catch(fault), leave);
          return json(202, toJob(job), { location: `/api/import/${job.id}` });
        } catch (error) {
          await remove();
          throw error;
        } finally {
          closeClaim();
          leave();
        }
      },
    },
    { method: 'GET', path: '/api/import/{id}', scope: 'read', answer: ({ parameter }) => json(200, toJob(jobs.get(parameter))) },
    {
      method: 'POST',
      path: '/api/import/{id}/run_window',
      scope: 'push',
      timeoutMs: STEP_TIMEOUT_MS,
      answer: async ({ parameter, caller }) => {
        const before = jobs.get(parameter).rowsAccepted;
        const job = await jobs.runWindow(parameter, caller as Caller);
        return json(200, toStep(job, job.rowsAccepted - before, jobs.span(parameter)));
      },
    },
    {
      method: 'POST',
      path: '/api/import/{id}/flush',
      scope: 'push',
      timeoutMs: STEP_TIMEOUT_MS,
      answer: async ({ parameter }) => {
        const job = await jobs.flush(parameter);
        return json(200, toStep(job, job.rowsAccepted, jobs.span(parameter)));
      },
    },
  ];
}

/** Throws `invalid_argument` for a field that nobody knows. */
function keepField(fields: Map<string, string>, name: string, value: string): void {
  if (!FIELDS.includes(name))
    throw new MusterError('invalid_argument', `the field ${name.slice(0, 40)} is not known: ${FIELDS.join(', ')} are known`);
  // The one part that may come several times: a header may have a comma in it.
  fields.set(name, name === 'rename' && fields.has(name) ? `${fields.get(name)}\n${value}` : value);
}

function toRequest(file: string, fields: ReadonlyMap<string, string>): StartImportRequest {
  const text = (name: (typeof TEXTS | typeof CSV_TEXTS)[number]): string => fields.get(name) ?? '';
  const list = (name: (typeof LISTS)[number]): string[] =>
    (fields.get(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  const number = (name: (typeof NUMBERS)[number]): number => {
    const value = Number(fields.get(name) ?? 0);
    if (!(value >= 0 && Number.isFinite(value)))
      throw new MusterError('invalid_argument', `${name} is ${fields.get(name)}: a number from 0 is needed`);
    return value;
  };
  const flag = (name: string): boolean => ['1', 'true', 'yes'].includes(fields.get(name) ?? '');
  return {
    file,
    mapping: {
      ...{ timeColumn: text('time_column'), timeFormat: text('time_format'), timeZone: text('time_zone') },
      ...{ nodeColumn: text('node_column'), node: text('node'), measurement: text('measurement') },
      ...{ tags: list('tags'), fields: list('fields'), texts: list('texts'), renames: renamesOf(fields.get('rename') ?? '') },
    },
    csv: { delimiter: text('delimiter'), decimalComma: flag('decimal_comma'), skipRows: number('skip_rows'), encoding: text('encoding') },
    shiftToNow: flag('shift_to_now'),
    ...{ windowSeconds: number('window_seconds'), stepSeconds: number('step_seconds'), speed: number('speed') },
    maxRowsPerNode: number('max_rows_per_node'),
  };
}

/** `OLD=NEW`, one a line. Throws `invalid_argument`. */
function renamesOf(text: string): Record<string, string> {
  const renames = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    renames.map((line) => {
      const at = line.lastIndexOf('=');
      if (at < 1) throw new MusterError('invalid_argument', `rename is ${JSON.stringify(line.slice(0, 80))}: OLD=NEW is needed`);
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    }),
  );
}

/** `path` is where the rows of the job can be read; null while it has none. */
function toStep(job: ImportJob, rows: number, span: { firstUs: number; lastUs: number } | undefined): object {
  const iso = (us: number): string => new Date(us / 1000).toISOString();
  const range = span && { from: iso(Math.floor(span.firstUs / 1000) * 1000), to: iso((Math.floor(span.lastUs / 1000) + 1) * 1000) };
  const query = range && new URLSearchParams({ measurement: job.mapping?.measurement ?? '', ...range });
  return { rows, path: query === undefined ? null : `/api/metrics?${query}`, ...toJob(job) };
}

function toJob(job: ImportJob): object {
  const iso = (time: ImportJob['started']): string | null =>
    time === null || time === undefined ? null : new Date(Number(time.seconds) * 1000 + time.nanos / 1e6).toISOString();
  return {
    ...{ id: job.id, file: job.file, state: job.state, problem: job.problem, bytes: job.bytes, bytes_read: job.bytesRead },
    ...{
      rows_read: job.rowsRead,
      rows_accepted: job.rowsAccepted,
      rows_stored: job.rowsStored,
      rows_refused: job.rowsRefused,
      first_refusal: job.firstRefusal,
    },
    ...{ accounted: job.accounted, outcome: job.outcome, incomplete: job.incomplete },
    ...{ started: iso(job.started), ended: iso(job.ended) },
    mapping: job.mapping && {
      ...{ time_column: job.mapping.timeColumn, time_format: job.mapping.timeFormat, time_zone: job.mapping.timeZone },
      ...{ node_column: job.mapping.nodeColumn, node: job.mapping.node, tags: job.mapping.tags, fields: job.mapping.fields },
      ...{ texts: job.mapping.texts, measurement: job.mapping.measurement, renames: job.mapping.renames },
    },
    notes: job.notes,
  };
}
