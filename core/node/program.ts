// How a program that serves begins and ends: --help, configuration, the ready line, the signal, the exit code.
import { toMusterError } from '../common/muster-error.ts';
import { type Config, type Declaration, helpLines, loadConfig } from './config.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { untilSignal } from './lifecycle.ts';

/** A program that is ready. */
export interface Serving {
  /** What the ready line says beside the part, such as its port. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Called once the ready line is written (by default nothing more is done). */
  announced?(): Promise<void>;
  /** Ends what runs. */
  stop(signal: NodeJS.Signals): Promise<void>;
}

export interface ProgramOptions<D extends Declaration> {
  /** As the ready line names it. */
  part: string;
  /** As variables name it, MUSTER_PART_KEY (by default as `part`). */
  configPart?: string;
  /** Above the settings in `--help`. */
  headline?: string;
  declaration: D;
  /** The arguments with the settings (by default those of the process). */
  argv?: readonly string[];
  /** Starts what serves; undefined where its work is done already. */
  run(config: Config<D>): Promise<Serving | undefined>;
}

/** Runs until the first SIGINT or SIGTERM and ends the process. Where it cannot start it says so in one sentence on stderr. */
export async function runProgram<D extends Declaration>(options: ProgramOptions<D>): Promise<void> {
  const { part, configPart = part, headline, declaration, argv = process.argv.slice(2), run } = options;
  if (argv.includes('--help')) {
    process.stdout.write(`${[...(headline === undefined ? [] : [headline]), ...helpLines(configPart, declaration)].join('\n')}\n`);
    return;
  }
  try {
    const serving = await run(loadConfig(configPart, declaration, { argv, env: process.env }));
    if (serving !== undefined) {
      process.stdout.write(`${JSON.stringify({ ready: true, part, ...serving.ready })}\n`);
      await serving.announced?.();
      await serving.stop(await untilSignal());
    }
    process.exit(EXIT.ok);
  } catch (thrown) {
    process.stderr.write(`${toMusterError(thrown).message}\n`);
    process.exit(exitCodeOf(thrown, true));
  }
}
