// Runs a pass of the cold tier each hour, in a short-lived process of low priority: reading and digesting days of rows must not delay the flow.
import { type ChildProcess, spawn } from 'node:child_process';
import { z } from 'zod';
import type { Component } from '../../core/node/lifecycle.ts';
import type { EtlEvents } from '../events.ts';
import type { ColdPassResult } from './cold-pass.ts';

/** The first argument of this program for a single pass; the others are the ETL's own. */
export const COLD_PASS_ARGUMENT = 'cold-pass';

const FIRST_MS = 60_000;
const BETWEEN_MS = 3_600_000;
const MAX_ANSWER = 1024 * 1024;

const RESULT: z.ZodType<ColdPassResult> = z.object({ written: z.array(z.string()), released: z.number(), problems: z.array(z.string()) });

export class ColdKeeper implements Component {
  readonly name = 'cold tier';
  readonly #folder: string;
  readonly #events: Pick<EtlEvents, 'coldPassed' | 'retried'>;
  #timer: NodeJS.Timeout | undefined;
  #child: ChildProcess | undefined;
  #running: Promise<void> = Promise.resolve();
  /** Of the last pass, a sentence each. */
  problems: string[] = [];

  /** Without a folder it does nothing. */
  constructor(folder: string, events: Pick<EtlEvents, 'coldPassed' | 'retried'>) {
    this.#folder = folder;
    this.#events = events;
  }

  async start(): Promise<void> {
    if (this.#folder !== '') this.#timer = setTimeout(() => this.#run(), FIRST_MS);
  }

  /** A pass that is under way ends where it is; the next one goes on from there. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#child?.kill('SIGKILL');
    await this.#running;
  }

  #run(): void {
    this.#running = this.#pass()
      .then((result) => {
        this.problems = result.problems;
        this.#events.coldPassed(result);
      })
      .catch((error: Error) => {
        if (this.#timer === undefined) return;
        this.problems = [`the cold tier could not look for old partitions, and none is removed: ${error.message}`];
        this.#events.retried('cold tier', error);
      })
      .finally(() => {
        if (this.#timer !== undefined) this.#timer = setTimeout(() => this.#run(), BETWEEN_MS);
      });
  }

  #pass(): Promise<ColdPassResult> {
    return new Promise((resolve, reject) => {
      const args = [...process.execArgv, process.argv[1]!, COLD_PASS_ARGUMENT, ...process.argv.slice(2)];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      this.#child = child;
      let answer = '';
      let words = '';
      child.stdout.on('data', (part: Buffer) => {
        if (answer.length < MAX_ANSWER) answer += part;
      });
      child.stderr.on('data', (part: Buffer) => {
        words = (words + part).slice(-2000);
      });
      child.on('error', reject);
      child.on('close', (code) => {
        this.#child = undefined;
        if (code !== 0) reject(new Error(`its process ended with ${code}: ${words.trim().slice(-300)}`));
        else
          try {
            resolve(RESULT.parse(JSON.parse(answer)));
          } catch (error) {
            reject(error as Error);
          }
      });
    });
  }
}
