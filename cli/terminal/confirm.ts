// Asks a person before something that cannot be taken back, or reaches many.
import { createInterface } from 'node:readline/promises';
import { MusterError } from '../../core/common/muster-error.ts';

export interface Question {
  /** `Throw 3 dead letters away for good?` */
  question: string;
  /** What to say where nobody can be asked; ends with what says yes. */
  unasked: string;
  /** What to say after a no. */
  refused: string;
}

/** Throws `cancelled` where the person says no, `invalid_argument` where there is nobody to ask. */
export async function confirm({ question, unasked, refused }: Question): Promise<void> {
  if (!process.stdin.isTTY) throw new MusterError('invalid_argument', unasked);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${question} [y/N] `).finally(() => terminal.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new MusterError('cancelled', refused);
}
