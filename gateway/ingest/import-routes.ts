// POST /api/import: a file as multipart form, streamed to the import folder and then imported by a job. GET /api/import/{id}: how far it is.
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Busboy } from '@fastify/busboy';
import { MusterError } from '../../core/common/muster-error.ts';
import { fault } from '../../core/node/faults.ts';
import type { ImportJob, StartImportRequest } from '../../proto/gen/messages.ts';
import type { Caller } from '../access/token-store.ts';
import { json } from '../http/http-answer.ts';
import type { HttpRequest, HttpRoute } from '../http/http-door.ts';
import type { ImportJobs } from './import-jobs.ts';

export interface ImportRoutesOptions {
  jobs: Pick<ImportJobs, 'folder' | 'assertRoom' | 'begin' | 'get'>;
  /** Of one uploaded file. */
  maxBytes: number;
}

/** Below the import folder: files that came by this door, gone when their import has ended. */
const UPLOADS = 'uploads';
const UPLOAD_TIMEOUT_MS = 4 * 3_600_000;
const MAX_FIELD_BYTES = 4096;
const MAX_FIELDS = 600;
const TEXTS = ['time_column', 'time_format', 'time_zone', 'node_column', 'node', 'measurement'] as const;
const LISTS = ['tags', 'fields', 'texts'] as const;
const CSV_TEXTS = ['delimiter', 'encoding'] as const;
const NUMBERS = ['skip_rows', 'window_seconds', 'step_seconds', 'speed', 'max_rows_per_node'] as const;
const FIELDS: readonly string[] = [...TEXTS, ...LISTS, ...CSV_TEXTS, ...NUMBERS, 'shift_to_now', 'decimal_comma', 'rename'];

export function importRoutes({ jobs, maxBytes }: ImportRoutesOptions): HttpRoute[] {
  return [
    {
      method: 'POST',
      path: '/api/import',
      scope: 'push',
      timeoutMs: UPLOAD_TIMEOUT_MS,
      answer: async (request) => {
        const folder = jobs.folder();
        jobs.assertRoom();
        const own = join(UPLOADS, randomUUID());
        const remove = (): Promise<void> => rm(join(folder, own), { recursive: true, force: true });
        try {
          const { file, fields } = await receive(request, join(folder, own), maxBytes);
          const job = await jobs.begin(toRequest(join(own, file), fields), request.caller as Caller, () => remove().catch(fault));
          return json(202, toJob(job), { location: `/api/import/${job.id}` });
        } catch (error) {
          await remove();
          throw error;
        }
      },
    },
    { method: 'GET', path: '/api/import/{id}', scope: 'read', answer: ({ parameter }) => json(200, toJob(jobs.get(parameter))) },
  ];
}

/** Streams the form's one file into the folder. Throws `invalid_argument`, `limit_exceeded`. */
async function receive(request: HttpRequest, folder: string, maxBytes: number): Promise<{ file: string; fields: Map<string, string> }> {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/form-data'))
    throw new MusterError(
      'invalid_argument',
      `the body is ${type.slice(0, 80) || 'of no type'}: multipart/form-data with a part named file is needed`,
    );
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const fields = new Map<string, string>();
  let file: { name: string; saved: Promise<void> } | undefined;
  let problem: MusterError | undefined;
  const form = new Busboy({
    headers: { ...request.headers, 'content-type': type },
    limits: { files: 2, fileSize: maxBytes, fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, headerPairs: 20 },
  });
  form.on('field', (name, value, _nameTruncated, truncated) => {
    if (!FIELDS.includes(name) || truncated)
      problem ??= new MusterError(
        'invalid_argument',
        `the field ${name.slice(0, 40)} is not known or too long: ${FIELDS.join(', ')} are known`,
      );
    // The one part that may come several times: a header may have a comma in it.
    else fields.set(name, name === 'rename' && fields.has(name) ? `${fields.get(name)}\n${value}` : value);
  });
  form.on('file', (name, stream, fileName) => {
    if (file !== undefined || name !== 'file') {
      problem ??= new MusterError('invalid_argument', 'one part with a file is taken, and it is named file');
      stream.resume();
      return;
    }
    const safe =
      fileName
        .split(/[\\/]/)
        .at(-1)
        ?.replace(/[^A-Za-z0-9._-]+/g, '_')
        .replace(/^\.+/, '')
        .slice(-120) || 'upload';
    stream.on('limit', () => {
      problem ??= new MusterError('limit_exceeded', `the file has more than ${maxBytes} bytes: import it in parts, or by muster import`);
    });
    file = { name: safe, saved: pipeline(stream as unknown as Readable, createWriteStream(join(folder, safe), { mode: 0o600 })) };
    // It is waited for below; until then a failure of it is no unhandled one.
    file.saved.catch(() => undefined);
  });
  try {
    await pipeline(request.stream, form);
    await file?.saved;
  } catch (error) {
    const words = error instanceof Error ? error.message.slice(0, 200) : String(error);
    throw problem ?? new MusterError('malformed', `the form cannot be read: ${words}`, error);
  }
  if (problem !== undefined) throw problem;
  if (file === undefined) throw new MusterError('invalid_argument', 'the form has no part named file');
  return { file: file.name, fields };
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

function toJob(job: ImportJob): object {
  const iso = (time: ImportJob['started']): string | null =>
    time === null || time === undefined ? null : new Date(Number(time.seconds) * 1000 + time.nanos / 1e6).toISOString();
  return {
    ...{ id: job.id, file: job.file, state: job.state, problem: job.problem, bytes: job.bytes, bytes_read: job.bytesRead },
    ...{ rows_read: job.rowsRead, rows_stored: job.rowsStored, rows_refused: job.rowsRefused, first_refusal: job.firstRefusal },
    ...{ started: iso(job.started), ended: iso(job.ended) },
    mapping: job.mapping && {
      ...{ time_column: job.mapping.timeColumn, time_format: job.mapping.timeFormat, time_zone: job.mapping.timeZone },
      ...{ node_column: job.mapping.nodeColumn, node: job.mapping.node, tags: job.mapping.tags, fields: job.mapping.fields },
      ...{ texts: job.mapping.texts, measurement: job.mapping.measurement, renames: job.mapping.renames },
    },
    notes: job.notes,
  };
}
