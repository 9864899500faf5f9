// `spool status`: what waits for the gateway.
import { MusterError } from '../../core/common/muster-error.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { askStatus } from './local-client.ts';
import { spoolRows } from './show-status.ts';
import { tableLines, toPrintable } from './words.ts';

const WORDS = ['status'];

export async function spoolTask(argv: readonly string[]): Promise<number> {
  const [first = 'status', ...rest] = argv;
  if (first === 'status') return showSpool(rest);
  if (first.startsWith('-')) return showSpool(argv);
  throw new MusterError('invalid_argument', `spool ${first} is not a command: there are ${WORDS.join(', ')}`);
}

async function showSpool(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['json']);
  const { stateDir } = await readSettings(rest);
  const { spool } = await askStatus(stateDir);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(spool, null, 2)}\n`
      : `${tableLines(spoolRows({ spool }).map((row) => row.map(toPrintable))).join('\n')}\n`,
  );
  return 0;
}
