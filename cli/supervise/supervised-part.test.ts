// Real children (tiny Node scripts), a staged clock.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Liveness, Part } from '../parts/part.ts';
import { isAlive } from '../process/process-info.ts';
import type { Clock } from './clock.ts';
import { type PartSnapshot, type PartState, SupervisedPart } from './supervised-part.ts';

const SERVING = `process.stdout.write(JSON.stringify({ready:true,port:7}) + '\\n'); setInterval(() => {}, 1000);`;

/** Its sleeps end when `wake` is called; each is noted. */
class StagedClock implements Clock {
  readonly slept: number[] = [];
  #wake: (() => void) | undefined;
  nowMs(): number {
    return 0;
  }
  wallMs(): number {
    return 1_000;
  }
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.slept.push(ms);
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal.addEventListener('abort', () => resolve());
    });
  }
  wake(): void {
    this.#wake?.();
  }
}

let dir: string;
let clock: StagedClock;
let supervised: SupervisedPart | undefined;
let watchers: ((snapshot: PartSnapshot) => void)[];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'muster-supervise-'));
  clock = new StagedClock();
  watchers = [];
});
afterEach(async () => {
  await supervised?.stop();
  rmSync(dir, { recursive: true });
});

function supervise(script: string, more: Partial<Part> = {}): SupervisedPart {
  const path = join(dir, 'part.mjs');
  const part: Part = {
    name: 'part',
    command: process.execPath,
    args: [path],
    folders: [],
    files: [{ path, text: script }],
    readiness: { kind: 'line' },
    ...more,
  };
  const onChange = (snapshot: PartSnapshot): void => {
    for (const watcher of watchers) watcher(snapshot);
  };
  supervised = new SupervisedPart(part, { logFile: join(dir, 'part.log'), clock, onChange });
  return supervised;
}

function untilState(state: PartState): Promise<PartSnapshot> {
  return new Promise((resolve) => {
    watchers.push((snapshot) => {
      if (snapshot.state === state) resolve(snapshot);
    });
  });
}

it('starts a part, waits for its ready line and ends it', async () => {
  const part = supervise(SERVING);
  await part.start();
  const { pid } = part.snapshot;
  expect(part.snapshot).toMatchObject({ state: 'running', readyLine: { port: 7 }, restarts: 0 });
  await part.stop();
  expect(part.snapshot).toMatchObject({ state: 'stopped', pid: 0 });
  expect(isAlive(pid)).toBe(false);
});

it('starts a part again that was killed, after the back-off, with another process', async () => {
  const part = supervise(SERVING);
  await part.start();
  const { pid } = part.snapshot;
  const restarting = untilState('restarting');
  process.kill(pid, 'SIGKILL');
  expect(await restarting).toMatchObject({ problem: 'ended with signal SIGKILL', restarts: 1, pid: 0 });
  const running = untilState('running');
  clock.wake();
  expect((await running).pid).not.toBe(pid);
  expect(clock.slept).toEqual([1000]);
});

it('goes on trying while a later start fails, waiting longer each time', async () => {
  const script = join(dir, 'once.mjs');
  writeFileSync(
    script,
    `import { existsSync, writeFileSync } from 'node:fs';
    const mark = ${JSON.stringify(join(dir, 'mark'))};
    if (existsSync(mark)) { console.error('no more'); process.exit(3); }
    writeFileSync(mark, ''); ${SERVING}`,
  );
  const once = supervise('', { args: [script] });
  await once.start();
  const first = untilState('restarting');
  process.kill(once.snapshot.pid, 'SIGKILL');
  await first;
  const second = untilState('restarting');
  clock.wake();
  expect((await second).problem).toMatch(/part ended with exit code 3 before it served: no more/);
  expect(clock.slept).toEqual([1000, 2000]);
});

it('rejects when the first start fails, and leaves nothing running', async () => {
  const part = supervise(`console.error('port 1 is in use'); process.exit(1);`);
  await expect(part.start()).rejects.toThrow('part ended with exit code 1 before it served: port 1 is in use');
});

it('rejects when the program is not there', async () => {
  const part = supervise('', { command: join(dir, 'nowhere') });
  await expect(part.start()).rejects.toThrow(/cannot be started: .*ENOENT/);
});

it('does not start again what a person closed', async () => {
  const part = supervise(`process.exit(0);`, { mayEnd: true, readiness: { kind: 'started' } });
  const stopped = untilState('stopped');
  await part.start();
  expect((await stopped).restarts).toBe(0);
});

it('may be stopped twice, without a start, and while it waits to start again', async () => {
  const idle = supervise(SERVING);
  await idle.stop();
  await idle.stop();
  await expect(idle.start()).rejects.toThrow('everything is ending');
  const part = supervise(SERVING);
  await part.start();
  const restarting = untilState('restarting');
  process.kill(part.snapshot.pid, 'SIGKILL');
  await restarting;
  await part.stop();
  expect(part.snapshot.state).toBe('stopped');
});

it('keeps what the part says in its log', async () => {
  const part = supervise(`console.error('a warning'); ${SERVING}`);
  await part.start();
  await part.stop();
  expect(readFileSync(join(dir, 'part.log'), 'utf8')).toContain('a warning');
});

/** Questions are answered by hand: each `wake` is one, `fault` says what does not work. */
function questioned(more: { fault?: string; full?: string } = {}): {
  liveness: Liveness;
  staged: { fault?: string; full?: string };
  asked: () => number;
} {
  let asked = 0;
  const staged = more;
  const liveness: Liveness = {
    ask: async () => {
      asked++;
      if (staged.fault !== undefined) throw new Error(staged.fault);
      return true;
    },
    waitsFor: () => staged.full,
  };
  return { liveness, staged, asked: () => asked };
}

async function answered(question: { asked: () => number }, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const before = question.asked();
    const sleeps = clock.slept.length;
    clock.wake();
    await vi.waitFor(() => {
      expect(question.asked()).toBe(before + 1);
      expect(clock.slept.length > sleeps || clock.slept.at(-1) === 1000).toBe(true);
    }, 20_000);
  }
}

it('starts a part again that runs and does not work, and says what does not', async () => {
  const question = questioned();
  const part = supervise(SERVING, { liveness: question.liveness });
  await part.start();
  const { pid } = part.snapshot;
  await answered(question, 2);
  question.staged.fault = 'write error: no space left on device';
  await answered(question, 3);
  expect(part.snapshot).toMatchObject({ state: 'running', pid });
  const restarting = untilState('restarting');
  clock.wake();
  expect(await restarting).toMatchObject({ problem: 'did not work: write error: no space left on device', restarts: 1 });
  expect(isAlive(pid)).toBe(false);
  delete question.staged.fault;
  const running = untilState('running');
  await vi.waitFor(() => expect(clock.slept.at(-1)).toBe(1000), 20_000);
  clock.wake();
  expect((await running).pid).not.toBe(pid);
});

it('counts only what fails in a row', async () => {
  const question = questioned();
  const part = supervise(SERVING, { liveness: question.liveness });
  await part.start();
  for (let round = 0; round < 3; round++) {
    question.staged.fault = 'no answer';
    await answered(question, 3);
    delete question.staged.fault;
    await answered(question, 1);
  }
  expect(part.snapshot).toMatchObject({ state: 'running', restarts: 0 });
});

it('leaves a part alone while starting it again would not help, and starts it when it may', async () => {
  const question = questioned({ fault: 'write error', full: 'the disk is full' });
  const part = supervise(SERVING, { liveness: question.liveness });
  await part.start();
  const { pid } = part.snapshot;
  await answered(question, 6);
  expect(part.snapshot).toMatchObject({ state: 'failing', problem: 'the disk is full (write error)', pid, restarts: 0 });
  delete question.staged.full;
  const restarting = untilState('restarting');
  clock.wake();
  expect((await restarting).problem).toBe('did not work: write error');
});

it('runs again where what did not work works by itself', async () => {
  const question = questioned({ fault: 'write error', full: 'the disk is full' });
  const part = supervise(SERVING, { liveness: question.liveness });
  await part.start();
  await answered(question, 4);
  expect(part.snapshot.state).toBe('failing');
  delete question.staged.fault;
  await answered(question, 1);
  expect(part.snapshot).toMatchObject({ state: 'running', problem: '', restarts: 0 });
});

it('does not wait for an answer when it is stopped', async () => {
  const part = supervise(SERVING, { liveness: { ask: () => new Promise<boolean>(() => undefined) } });
  await part.start();
  clock.wake();
  await part.stop();
  expect(part.snapshot.state).toBe('stopped');
});
