// The agent's program: finds what is asked of it. Each task is loaded when it is asked for: what a running agent does not need stays out of its memory.
import { nearest } from '../core/common/nearest.ts';
import { EXIT, exitCodeOf } from '../core/node/exit-code.ts';

/** Runs with the arguments behind its word and resolves with the exit code. */
type Task = (argv: readonly string[]) => Promise<number>;

/** The words of the program. `run` is what it does without one. */
const TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  run: async () => (await import('./run-agent.ts')).runAgent,
  check: async () => (await import('./tasks/check.ts')).check,
  status: async () => (await import('./tasks/show-status.ts')).showStatus,
  top: async () => (await import('./tasks/top.ts')).top,
  enqueue: async () => (await import('./tasks/enqueue.ts')).enqueue,
  spool: async () => (await import('./tasks/spool-tasks.ts')).spoolTask,
  install: async () => (await import('./tasks/install/install.ts')).install,
  uninstall: async () => (await import('./tasks/install/uninstall.ts')).uninstall,
  help: async () => (await import('./tasks/help.ts')).help,
};

/** What the program asks of itself, in a short-lived child. */
const OWN_TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  '--print-config': async () => (await import('./settings/config-child.ts')).printConfig,
  '--print-config-with-document': async () => (await import('./settings/config-child.ts')).printConfigWithDocument,
  '--answer-statfs': async () => (await import('./host/statfs/statfs-child.ts')).answerStatfs,
  '--inventory': async () => (await import('./host/inventory.ts')).printInventory,
};

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first = '', ...rest] = argv;
  const own = OWN_TASKS[first];
  if (own !== undefined) return (await own())(rest);
  if (argv.includes('--help') || argv.includes('-h')) return (await (TASKS['help'] as () => Promise<Task>)())(argv);
  if (first === '--version') return (await import('./tasks/help.ts')).version();
  if (first === '' || first.startsWith('-')) return (await (TASKS['run'] as () => Promise<Task>)())(argv);
  const task = TASKS[first];
  if (task !== undefined) {
    if (first !== 'run') endWithReader();
    return (await task())(rest);
  }
  const best = nearest(first, Object.keys(TASKS));
  process.stderr.write(
    `${first} is not a command: ${best === undefined ? `there are ${Object.keys(TASKS).join(', ')}` : `did you mean ${best}?`}\n`,
  );
  return EXIT.usage;
}

/** Whoever reads the output has enough of it (`| head`): that is no error. A running agent goes on. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
}

/** What `toMusterError` would say, without loading it first. */
function fail(error: unknown): void {
  const { message } = error as { message?: string };
  process.stderr.write(`${message ?? error}\n`);
  process.exit(exitCodeOf(error));
}

// No await at the top: as a single file the program is CommonJS.
dispatch(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
}, fail);
