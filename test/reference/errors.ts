// docs/reference/errors.md: the codes of errors, what each means, and how it looks over gRPC, over HTTP and as an exit code.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { reportError } from '../../cli/commands/command-context.ts';
import type { Output } from '../../cli/terminal/output.ts';
import { MusterError, type MusterErrorCode } from '../../core/common/muster-error.ts';
import { errorAnswer } from '../../gateway/http/http-answer.ts';
import { toServiceError } from '../../proto/client/grpc-errors.ts';
import { code, page, table, wrap } from './markdown.ts';

const SOURCE = join(import.meta.dirname, '../../core/common/muster-error.ts');
const SILENT = { note: () => undefined } as unknown as Output;

/** Code → meaning, as the comments of the table say it. */
function meanings(): [MusterErrorCode, string][] {
  return [...readFileSync(SOURCE, 'utf8').matchAll(/\/\*\* (.+) \*\/\n {2}(\w+): (?:true|false),/g)].map(([, meaning = '', name]) => [
    name as MusterErrorCode,
    meaning,
  ]);
}

function rowOf([name, meaning]: [MusterErrorCode, string]): string[] {
  const error = new MusterError(name, 'as it is told');
  return [
    code(name),
    meaning,
    error.retryable ? 'yes' : 'no',
    code(status[toServiceError(error).code] as string),
    String(errorAnswer(error).status),
    String(reportError(error, SILENT)),
  ];
}

export function errorsPage(): string {
  return page(
    '# Error codes',
    wrap(
      'Every error has one of these codes and one sentence that names the thing, the value it had and what to do next. ' +
        'A retryable error may pass without any change: the same request can succeed later.',
    ),
    wrap('Over gRPC the trailer `muster-code` holds the code. Over HTTP the body is `{"error":{"code":"…","message":"…"}}`.'),
    table(['Code', 'Meaning', 'Retryable', 'gRPC status', 'HTTP status', 'Exit code'], meanings().map(rowOf)),
  );
}
