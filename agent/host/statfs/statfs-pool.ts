// Asks file systems that may never answer, aside from this process and its threads. Each that is silent keeps one thread of a child until its
// server is back; a child without a free thread is replaced, and how many of those may be left behind is bounded.
import { MusterError, messageOf } from '../../../core/common/muster-error.ts';
import { type FilesystemStats, type StartStatfs, type StatfsProcess, startStatfsProcess } from './statfs-process.ts';

/** Of one child: so many file systems may be silent before it is replaced. */
export const STATFS_THREADS = 16;
/** A server at the end of a slow line, or with drives that sleep, is none that is gone. */
const ANSWER_LIMIT_MS = 3000;
const START_LIMIT_MS = 10_000;
/** Children that were killed and are not gone: a thread that waits for a server in the kernel can be killed by nobody. */
const MAX_LEFT_BEHIND = 2;
/** Between attempts to start one. */
const START_AGAIN_MS = 30_000;
/** Until a file system whose question was given up is asked again; doubled each time. */
const RETRY_MS = 60_000;
const MAX_RETRY_MS = 900_000;
const MAX_GIVEN_UP = 1024;
/** A child that nobody asks for so long is ended. */
const IDLE_MS = 120_000;

interface Question {
  id: number;
  key: string;
  path: string;
  answer: Promise<FilesystemStats>;
  resolve(stats: FilesystemStats): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout | undefined;
  /** Its time has passed, whoever asked was told, and its thread still waits. */
  late: boolean;
}

export class StatfsPool {
  readonly #start: StartStatfs;
  readonly #nowMs: () => number;
  readonly #questions = new Map<string, Question>();
  readonly #underWay = new Map<number, Question>();
  #waiting: Question[] = [];
  readonly #givenUp = new Map<string, { untilMs: number; waitMs: number }>();
  #process: StatfsProcess | undefined;
  #ready = false;
  #startTimer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #failure: { words: string; untilMs: number } | undefined;
  #leftBehind = 0;
  #lastId = 0;

  constructor(start: StartStatfs = startStatfsProcess, nowMs: () => number = () => performance.now()) {
    this.#start = start;
    this.#nowMs = nowMs;
  }

  /**
   * `key` names the file system, `path` (bytes as Latin-1) where it is. Rejects with the code of the system; with `deadline_exceeded` where it does not
   * answer, at once as long as an earlier question waits; with `unavailable` where it cannot be asked.
   */
  ask(key: string, path: string): Promise<FilesystemStats> {
    this.#waitIdle();
    const known = this.#questions.get(key);
    if (known !== undefined) return known.late ? Promise.reject(silent()) : known.answer;
    if ((this.#givenUp.get(key)?.untilMs ?? 0) > this.#nowMs()) return Promise.reject(silent());
    const question = this.#question(key, path);
    this.#questions.set(key, question);
    this.#waiting.push(question);
    this.#goOn();
    return question.answer;
  }

  #question(key: string, path: string): Question {
    const question: Partial<Question> = { id: ++this.#lastId, key, path, timer: undefined, late: false };
    question.answer = new Promise((resolve, reject) => Object.assign(question, { resolve, reject }));
    return question as Question;
  }

  #goOn(): void {
    if (this.#waiting.length === 0) return;
    if (this.#process === undefined) this.#open();
    if (!this.#ready) return;
    if (this.#underWay.size >= STATFS_THREADS && [...this.#underWay.values()].every(({ late }) => late)) {
      this.#replace();
      return;
    }
    while (this.#underWay.size < STATFS_THREADS) {
      const question = this.#waiting.shift();
      if (question === undefined) return;
      this.#underWay.set(question.id, question);
      question.timer = setTimeout(() => this.#tooLate(question), ANSWER_LIMIT_MS);
      this.#process?.ask(question.id, question.path);
    }
  }

  #open(): void {
    if (this.#failure !== undefined && this.#failure.untilMs > this.#nowMs()) {
      this.#rejectAll(this.#failure.words);
      return;
    }
    let own: StatfsProcess | undefined;
    const isCurrent = (): boolean => own !== undefined && own === this.#process;
    try {
      own = this.#start(STATFS_THREADS, {
        ready: () => {
          if (!isCurrent()) return;
          clearTimeout(this.#startTimer);
          this.#ready = true;
          this.#goOn();
        },
        answered: (id, stats) => this.#settle(id, ({ resolve }) => resolve(stats)),
        failed: (id, code, words) => this.#settle(id, ({ reject }) => reject(Object.assign(new Error(words), { code }))),
        ended: (words) => {
          if (isCurrent()) this.#fail(words);
          else this.#leftBehind = Math.max(0, this.#leftBehind - 1);
        },
      });
    } catch (error) {
      this.#fail(messageOf(error));
      return;
    }
    this.#process = own;
    this.#ready = false;
    this.#waitIdle();
    this.#startTimer = setTimeout(() => {
      own.kill();
      this.#leftBehind++;
      this.#fail(`it was not there within ${START_LIMIT_MS} ms`);
    }, START_LIMIT_MS);
  }

  #settle(id: number, how: (question: Question) => void): void {
    const question = this.#underWay.get(id);
    if (question === undefined) return;
    this.#forget(question);
    this.#givenUp.delete(question.key);
    how(question);
    this.#goOn();
  }

  #tooLate(question: Question): void {
    question.late = true;
    question.reject(silent());
    this.#goOn();
  }

  /** No thread is free and others wait to be asked. */
  #replace(): void {
    if (this.#leftBehind >= MAX_LEFT_BEHIND) {
      this.#rejectWaiting(`${this.#underWay.size + this.#leftBehind * STATFS_THREADS} others do not answer`);
      return;
    }
    for (const { key } of this.#underWay.values()) this.#giveUp(key);
    this.#end();
    this.#goOn();
  }

  #giveUp(key: string): void {
    const waitMs = Math.min(MAX_RETRY_MS, (this.#givenUp.get(key)?.waitMs ?? RETRY_MS / 2) * 2);
    this.#givenUp.delete(key);
    this.#givenUp.set(key, { untilMs: this.#nowMs() + waitMs, waitMs });
    if (this.#givenUp.size > MAX_GIVEN_UP) this.#givenUp.delete(this.#givenUp.keys().next().value as string);
  }

  /** A child that is not gone yet counts as left behind until it is. */
  #end(): void {
    clearTimeout(this.#startTimer);
    clearTimeout(this.#idleTimer);
    for (const question of [...this.#underWay.values()]) this.#forget(question);
    if (this.#process === undefined) return;
    const last = this.#process;
    this.#process = undefined;
    this.#ready = false;
    this.#leftBehind++;
    last.kill();
  }

  #fail(words: string): void {
    clearTimeout(this.#startTimer);
    this.#process = undefined;
    this.#ready = false;
    this.#failure = { words: `the process that asks for them failed: ${words}`, untilMs: this.#nowMs() + START_AGAIN_MS };
    this.#rejectAll(this.#failure.words);
  }

  #rejectAll(words: string): void {
    for (const question of [...this.#underWay.values()]) {
      this.#forget(question);
      if (!question.late) question.reject(new MusterError('unavailable', words));
    }
    this.#rejectWaiting(words);
  }

  #rejectWaiting(words: string): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const question of waiting) {
      this.#questions.delete(question.key);
      question.reject(new MusterError('unavailable', words));
    }
  }

  #forget(question: Question): void {
    clearTimeout(question.timer);
    this.#underWay.delete(question.id);
    this.#questions.delete(question.key);
  }

  #waitIdle(): void {
    clearTimeout(this.#idleTimer);
    if (this.#process !== undefined) this.#idleTimer = setTimeout(() => this.#end(), IDLE_MS).unref();
  }
}

function silent(): MusterError {
  return new MusterError('deadline_exceeded', 'does not answer');
}

let shared: StatfsPool | undefined;

/** The one of this process: what is silent keeps a thread once, whoever asks. */
export function sharedStatfsPool(): StatfsPool {
  shared ??= new StatfsPool();
  return shared;
}
