// ImportService's calls of jobs. Like Upload they take and give encoded messages.
import type { handleUnaryCall } from '@grpc/grpc-js';
import { type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';
import { toServiceError } from '../../proto/client/grpc-errors.ts';
import {
  CANCEL_IMPORT_REQUEST_FIELDS,
  CHECK_IMPORT_REQUEST_FIELDS,
  type CheckImportRequest,
  FLUSH_IMPORT_REQUEST_FIELDS,
  GET_IMPORT_ACCOUNT_REQUEST_FIELDS,
  GET_IMPORT_REQUEST_FIELDS,
  IMPORT_ACCOUNT_FIELDS,
  IMPORT_CHECK_FIELDS,
  IMPORT_JOB_FIELDS,
  type ImportCheck,
  LIST_IMPORTS_REQUEST_FIELDS,
  LIST_IMPORTS_RESPONSE_FIELDS,
  RUN_WINDOW_REQUEST_FIELDS,
  START_IMPORT_REQUEST_FIELDS,
} from '../../proto/gen/messages.ts';
import { CALLS, type CallRule, type ImportCalls } from '../../proto/gen/services.ts';
import { decodeMessage, encodeMessage, type Fields } from '../../proto/message-codec.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../access/answer-bound.ts';
import type { Caller } from '../access/caller.ts';
import { whileGranted } from '../access/open-calls.ts';
import type { TokenStore } from '../access/token-store.ts';
import type { ImportAccounts } from './import-account.ts';
import type { ImportJobs } from './import-jobs.ts';

export interface ImportCallOptions {
  jobs: ImportJobs;
  accounts: ImportAccounts;
  check(request: CheckImportRequest): Promise<ImportCheck>;
  tokens: Pick<TokenStore, 'admit'>;
  events: { callFailed(call: { method: string; code: MusterErrorCode; message: string }): void };
}

/** Longer than a job waits by itself. */
const STEP_WITHIN_MS = 3_600_000;

type Handler = handleUnaryCall<Buffer, Buffer>;
/** Upload has a file of its own. */
type CallName = Exclude<keyof ImportCalls, 'upload'>;

export function createImportCalls(options: ImportCallOptions): Record<CallName, Handler> {
  const { jobs, accounts } = options;
  const call = <Name extends CallName>(
    name: Name,
    request: Fields,
    response: Fields,
    answer: (asked: ImportCalls[Name]['request'], caller: Caller) => Promise<ImportCalls[Name]['response']> | ImportCalls[Name]['response'],
    withinMs = ANSWER_WITHIN_MS,
  ): Handler =>
    unary(options, CALLS[name], withinMs, async (bytes, caller) => {
      const answered = await answer(decodeMessage<ImportCalls[Name]['request']>(request, bytes), caller);
      return encodeMessage(response, answered);
    });
  const job = IMPORT_JOB_FIELDS;
  return {
    startImport: call('startImport', START_IMPORT_REQUEST_FIELDS, job, (asked, caller) => jobs.begin(asked, caller)),
    checkImport: call('checkImport', CHECK_IMPORT_REQUEST_FIELDS, IMPORT_CHECK_FIELDS, (asked) => options.check(asked)),
    getImportAccount: call('getImportAccount', GET_IMPORT_ACCOUNT_REQUEST_FIELDS, IMPORT_ACCOUNT_FIELDS, (asked) => accounts.read(asked)),
    runWindow: call('runWindow', RUN_WINDOW_REQUEST_FIELDS, job, ({ id }, caller) => jobs.runWindow(id, caller), STEP_WITHIN_MS),
    flushImport: call('flushImport', FLUSH_IMPORT_REQUEST_FIELDS, job, ({ id }) => jobs.flush(id), STEP_WITHIN_MS),
    getImport: call('getImport', GET_IMPORT_REQUEST_FIELDS, job, ({ id }) => jobs.get(id)),
    listImports: call('listImports', LIST_IMPORTS_REQUEST_FIELDS, LIST_IMPORTS_RESPONSE_FIELDS, () => ({ jobs: jobs.list() })),
    cancelImport: call('cancelImport', CANCEL_IMPORT_REQUEST_FIELDS, job, ({ id }, caller) => jobs.cancel(id, caller)),
  };
}

function unary(
  { tokens, events }: ImportCallOptions,
  { method, scope }: CallRule,
  withinMs: number,
  answer: (bytes: Buffer, caller: Caller) => Promise<Uint8Array>,
): Handler {
  return (call, callback) => {
    const respond = async (): Promise<Uint8Array> => {
      const grant = await tokens.admit(call.metadata, scope);
      return whileGranted(grant, () => answer(call.request, grant.caller));
    };
    answerWithin(withinMs, method, respond).then(
      (bytes) => callback(null, Buffer.from(bytes)),
      (thrown: unknown) => {
        const error = toMusterError(thrown);
        events.callFailed({ method, code: error.code, message: error.message });
        callback(toServiceError(error));
      },
    );
  };
}
