// What is wrong with a Parquet file, in one sentence with its path.
import { MusterError, messageOf } from '../../../common/muster-error.ts';

/** `malformed`, unless the library's error already has a code of ours. */
export function parquetError(where: string, thrown: unknown): MusterError {
  const words = messageOf(thrown);
  const code = thrown instanceof MusterError ? thrown.code : 'malformed';
  return new MusterError(code, `${where} cannot be read: ${words.replace(/^parquet /, '').slice(0, 200)}`, thrown);
}
