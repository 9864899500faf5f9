// `enqueue`: hands samples of a script to the agent that runs on this machine, which spools and sends them like its own.
import { readFile } from 'node:fs/promises';
import { MusterError } from '../../core/common/muster-error.ts';
import { counted } from '../../core/common/quantity.ts';
import { readSettings, takeOwn } from './command-line.ts';
import { sendSamples } from './local-client.ts';
import { toPrintable } from './words.ts';

/** 0 where every sample is in the spool, 1 where one was refused, 69 where no agent takes them now. */
export async function enqueue(argv: readonly string[]): Promise<number> {
  const { flags, rest } = takeOwn(argv, ['json']);
  const file = rest[0] === undefined || (rest[0].startsWith('-') && rest[0] !== '-') ? '-' : (rest.shift() as string);
  const { stateDir } = await readSettings(rest);
  const { accepted, durable, refused } = await sendSamples(stateDir, toBody(await textOf(file)));
  if (flags.json) process.stdout.write(`${JSON.stringify({ accepted, durable, refused })}\n`);
  else process.stdout.write(`${counted(accepted, 'sample')} in the spool${durable ? '' : ', NOT ON DISK'}\n`);
  if (!flags.json) for (const { index, detail } of refused) process.stderr.write(`${toPrintable(`sample ${index}: ${detail}`)}\n`);
  return refused.length === 0 ? 0 : 1;
}

async function textOf(file: string): Promise<string> {
  if (file === '-' && process.stdin.isTTY)
    throw new MusterError('invalid_argument', 'enqueue reads samples as JSON: name a file, or pipe them in');
  try {
    return file === '-' ? (await process.stdin.toArray()).join('') : await readFile(file, 'utf8');
  } catch (error) {
    throw new MusterError(
      'invalid_argument',
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}): name a file of samples`,
      error,
    );
  }
}

/** Lines of JSON become a list; everything else goes as it is. */
function toBody(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 1 && lines.every((line) => /^\s*\{.*\}\s*$/.test(line)) ? `[${lines.join(',')}]` : text;
}
