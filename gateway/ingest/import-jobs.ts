// The imports of this gateway: files of its import folder, a few at a time, the last hundred kept to be asked about.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rm, stat } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import { MusterError } from '../../core/common/muster-error.ts';
import type { CsvReading } from '../../core/files/import/import-source.ts';
import type { Component } from '../../core/node/lifecycle.ts';
import type { ImportJob as JobMessage, StartImportRequest } from '../../proto/gen/messages.ts';
import type { Caller } from '../access/caller.ts';
import type { StoreWindow } from '../fleet/ledger/store-window.ts';
import { ImportJob, type ImportJobOptions } from './import-job.ts';

/** Below the import folder: files that came by HTTPS, gone when their import has ended. */
export const UPLOADS = 'uploads';
/** What stands there for so long was left by a gateway that is gone. */
const FORGOTTEN_MS = 7 * 86_400_000;
const MAX_RUNNING = 4;
/** Paused ones have places of their own: whoever pauses keeps nobody from importing. */
const MAX_PAUSED = 8;
const MAX_PAUSED_OF_TOKEN = 4;
const MAX_KEPT = 100;

export interface ImportJobsOptions extends ImportJobOptions {
  /** Name of this gateway. */
  gateway: string;
  /** Empty: there are no imports at this gateway. */
  folder: string;
  /** Rows of a file are taken as far back as the store keeps them. */
  storeWindow: Pick<StoreWindow, 'ttlDays'>;
  events: { importEnded(job: { id: string; file: string; state: string; rows: number; problem: string; caller: string }): void };
}

export class ImportJobs implements Component {
  readonly name = 'imports';
  readonly #options: ImportJobsOptions;
  /** Oldest first. */
  readonly #jobs = new Map<string, ImportJob>();
  /** Of imports that have not begun. */
  readonly #places = new Set<object>();

  constructor(options: ImportJobsOptions) {
    this.#options = options;
  }

  /** What uploads a process that ended has left is removed: nobody asks for it any more. Those of other gateways with the same folder may be under way. */
  async start(): Promise<void> {
    const { folder } = this.#options;
    if (folder === '') return;
    const uploads = join(folder, UPLOADS);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // A folder that can only be read takes no uploads, and has none.
    for (const name of await namesIn(uploads)) {
      const path = join(uploads, name);
      if (name.startsWith(this.#mark()) || (await isForgotten(path))) await rm(path, { recursive: true, force: true });
    }
  }

  /** A place of its own for a file that comes, below the import folder. */
  uploadFolder(kind = ''): string {
    return join(UPLOADS, `${this.#mark()}${kind}${randomUUID()}`);
  }

  /** Tells the uploads of this gateway from those of others. */
  #mark(): string {
    return `${createHash('sha256').update(this.#options.gateway).digest('hex').slice(0, 12)}-`;
  }

  async stop(): Promise<void> {
    for (const job of this.#jobs.values()) await job.cancel();
  }

  /** Throws `failed_precondition` where imports are off. */
  folder(): string {
    const { folder } = this.#options;
    if (folder === '')
      throw new MusterError('failed_precondition', 'this gateway takes no files: name a folder for them with its setting importFolder');
    return folder;
  }

  /** A place for an import whose file is still on its way, until it begins or `leave` is called. Throws `limit_exceeded` while there is none. */
  takePlace(): () => void {
    this.#assertRoom();
    const place = {};
    this.#places.add(place);
    return () => this.#places.delete(place);
  }

  /** Throws `limit_exceeded` while too many run. */
  #assertRoom(): void {
    const running = [...this.#jobs.values()].filter(({ state }) => state === 'running').length + this.#places.size;
    if (running >= MAX_RUNNING)
      throw new MusterError('limit_exceeded', `${running} imports run, at most ${MAX_RUNNING} may: wait for one, or cancel one`);
  }

  /** An import in steps will pause. Throws `limit_exceeded` where too many do. */
  #assertMayPause(caller: Caller): void {
    const stepped = [...this.#jobs.values()].filter((job) => job.pauses && !job.ended);
    const own = stepped.filter((job) => job.caller.tokenId === caller.tokenId).length;
    if (own >= MAX_PAUSED_OF_TOKEN || stepped.length >= MAX_PAUSED)
      throw new MusterError(
        'limit_exceeded',
        `${own} imports in steps of this token are open, ${stepped.length} in all (at most ${MAX_PAUSED_OF_TOKEN} and ${MAX_PAUSED}): run one to its end, or cancel one`,
      );
  }

  /** Answers when the columns are known. `whenEnded` is called once it is done, failed or cancelled. `leave` gives up the place it has. */
  async begin(
    request: StartImportRequest,
    caller: Caller,
    whenEnded: () => void = () => undefined,
    leave = this.takePlace(),
  ): Promise<JobMessage> {
    try {
      const job = await this.#open(request, caller, whenEnded);
      leave();
      return job.toMessage(await job.planned());
    } finally {
      leave();
    }
  }

  async #open(request: StartImportRequest, caller: Caller, whenEnded: () => void): Promise<ImportJob> {
    checkRequest(request);
    const path = await findFile(this.folder(), request.file);
    const ttlDays = await this.#options.storeWindow.ttlDays();
    if (request.stepSeconds > 0) this.#assertMayPause(caller);
    const { mapping, shiftToNow, windowSeconds, stepSeconds, speed, maxRowsPerNode } = request;
    const id = randomUUID();
    const scratch = join(this.folder(), this.uploadFolder('unpacked-'));
    const task = {
      ...{ path, file: request.file.split('/').at(-1) ?? request.file, ttlDays },
      ...{ shiftToNow, windowSeconds, stepSeconds, speed, maxRowsPerNode },
      mapping: mapping ?? NO_MAPPING,
      csv: readingOf(request.csv),
      scratch,
    };
    const job = new ImportJob(id, task, caller, this.#options, (ended) => {
      const { file, state, rowsStored: rows, problem } = ended.toMessage();
      this.#options.events.importEnded({ id, file, state, rows, problem, caller: caller.tokenId });
      // Also of a thread that was ended while it unpacked.
      rm(scratch, { recursive: true, force: true }).catch(() => undefined);
      whenEnded();
    });
    this.#keep(job);
    return job;
  }

  /** Throws `permission_denied` where another token began it, and `limit_exceeded` while too many run. */
  async runWindow(id: string, caller: Caller): Promise<JobMessage> {
    const job = this.#find(id);
    assertOwner(job, caller);
    if (job.state === 'paused') this.#assertRoom();
    return job.toMessage(await job.runWindow());
  }

  async flush(id: string): Promise<JobMessage> {
    const job = this.#find(id);
    return job.toMessage(await job.flush());
  }

  /** From the oldest row that was taken so far to the newest, Unix µs; undefined before the first. */
  span(id: string): { firstUs: number; lastUs: number } | undefined {
    return this.#find(id).span;
  }

  get(id: string): JobMessage {
    return this.#find(id).toMessage();
  }

  /** Newest first. */
  list(): JobMessage[] {
    return [...this.#jobs.values()].reverse().map((job) => job.toMessage());
  }

  /** Throws `permission_denied` where another token began it, unless the caller may do everything. */
  async cancel(id: string, caller: Caller): Promise<JobMessage> {
    const job = this.#find(id);
    assertOwner(job, caller);
    await job.cancel();
    return job.toMessage();
  }

  #find(id: string): ImportJob {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new MusterError('not_found', `there is no import ${JSON.stringify(id.slice(0, 80))} at this gateway`);
    return job;
  }

  #keep(job: ImportJob): void {
    this.#jobs.set(job.id, job);
    for (const [id, old] of this.#jobs) {
      if (this.#jobs.size <= MAX_KEPT) return;
      if (old.ended) this.#jobs.delete(id);
    }
  }
}

function assertOwner({ id, caller: owner }: ImportJob, { tokenId, scopes }: Caller): void {
  if (owner.tokenId === tokenId || scopes.includes('admin')) return;
  throw new MusterError(
    'permission_denied',
    `import ${id} was begun with the token ${owner.tokenId}: use that one, or a token with scope admin`,
  );
}

const NO_MAPPING = {
  ...{
    timeColumn: '',
    timeFormat: '',
    timeZone: '',
    nodeColumn: '',
    node: '',
    tags: [],
    fields: [],
    texts: [],
    measurement: '',
    renames: {},
  },
};

/** Throws `invalid_argument`. */
function readingOf(csv: StartImportRequest['csv']): CsvReading {
  const { delimiter = '', decimalComma = false, skipRows = 0, encoding = '' } = csv ?? {};
  if (delimiter !== '' && !/^[\t -!#-~]$/.test(delimiter))
    throw new MusterError('invalid_argument', `delimiter is ${JSON.stringify(delimiter.slice(0, 20))}: one ASCII character is needed`);
  return {
    ...(delimiter === '' ? {} : { delimiter }),
    ...(decimalComma ? { decimalComma } : {}),
    ...(skipRows === 0 ? {} : { skipRows }),
    ...(encoding === '' ? {} : { encoding }),
  };
}

function checkRequest({ speed, stepSeconds }: StartImportRequest): void {
  if (!(speed >= 0 && Number.isFinite(speed))) throw new MusterError('invalid_argument', `speed is ${speed}: a number from 0 is needed`);
  if (speed > 0 && stepSeconds > 0)
    throw new MusterError('invalid_argument', 'speed and step_seconds exclude each other: a replay does not pause');
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function isForgotten(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }));
  return Date.now() - mtimeMs > FORGOTTEN_MS;
}

/** The file's real place, which has to lie in the folder. Throws `not_found`. */
async function findFile(folder: string, name: string): Promise<string> {
  const missing = new MusterError('not_found', `there is no file ${JSON.stringify(name.slice(0, 200))} in the import folder`);
  if (name === '' || name.includes('\0')) throw missing;
  try {
    const [root, path] = await Promise.all([realpath(folder), realpath(join(folder, name))]);
    const inside = relative(root, path);
    if (inside === '' || inside.startsWith('..') || isAbsolute(inside) || !(await stat(path)).isFile()) throw missing;
    return path;
  } catch (error) {
    if (error instanceof MusterError) throw error;
    throw missing;
  }
}
