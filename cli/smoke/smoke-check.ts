// One check of a running system, and how a list of them is run.
import { toMusterError } from '../../core/common/muster-error.ts';

export interface SmokeCheck {
  name: string;
  /** Resolves with what was found, a few words; throws with why it is not well. */
  run(signal: AbortSignal): Promise<string>;
}

export interface SmokeOutcome {
  check: string;
  ok: boolean;
  milliseconds: number;
  detail: string;
}

const CHECK_WITHIN_MS = 20_000;

/** One after the other: each may build on what those before it stored. One that fails or hangs stops no other. */
export async function runChecks(
  checks: readonly SmokeCheck[],
  ended: (outcome: SmokeOutcome) => void,
  withinMs = CHECK_WITHIN_MS,
): Promise<SmokeOutcome[]> {
  const outcomes: SmokeOutcome[] = [];
  for (const { name, run } of checks) {
    const startedMs = performance.now();
    const outcome = await settled(run, withinMs);
    const done = { check: name, ...outcome, milliseconds: Math.round(performance.now() - startedMs) };
    outcomes.push(done);
    ended(done);
  }
  return outcomes;
}

async function settled(run: SmokeCheck['run'], withinMs: number): Promise<{ ok: boolean; detail: string }> {
  const signal = AbortSignal.timeout(withinMs);
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${withinMs / 1000} s`)));
  });
  try {
    return { ok: true, detail: await Promise.race([run(signal), late]) };
  } catch (error) {
    return { ok: false, detail: toMusterError(error).message };
  }
}
