// ImportService's calls of jobs. Like Upload they take and give encoded messages.
import type { handleUnaryCall } from '@grpc/grpc-js';
import { type MusterErrorCode, toMusterError } from '../../core/common/muster-error.ts';
import {
  CANCEL_IMPORT_REQUEST_FIELDS,
  CHECK_IMPORT_REQUEST_FIELDS,
  type CheckImportRequest,
  FLUSH_IMPORT_REQUEST_FIELDS,
  GET_IMPORT_ACCOUNT_REQUEST_FIELDS,
  GET_IMPORT_REQUEST_FIELDS,
  type GetImportAccountRequest,
  IMPORT_ACCOUNT_FIELDS,
  IMPORT_CHECK_FIELDS,
  IMPORT_JOB_FIELDS,
  type ImportCheck,
  LIST_IMPORTS_REQUEST_FIELDS,
  LIST_IMPORTS_RESPONSE_FIELDS,
  RUN_WINDOW_REQUEST_FIELDS,
  START_IMPORT_REQUEST_FIELDS,
  type StartImportRequest,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage, type Fields } from '../../proto/message-codec.ts';
import { ANSWER_WITHIN_MS, answerWithin } from '../access/answer-bound.ts';
import { whileGranted } from '../access/open-calls.ts';
import type { Scope } from '../access/token-record.ts';
import type { Caller, TokenStore } from '../access/token-store.ts';
import { toServiceError } from '../grpc-status.ts';
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
interface Named {
  id: string;
}

export function createImportCalls(options: ImportCallOptions): Record<string, Handler> {
  const { jobs, accounts } = options;
  const call = <Request extends object>(
    method: string,
    scope: Scope,
    request: Fields,
    response: Fields,
    answer: (asked: Request, caller: Caller) => Promise<object> | object,
    withinMs = ANSWER_WITHIN_MS,
  ): Handler =>
    unary(options, { method, scope, withinMs }, async (bytes, caller) => {
      const answered = await answer(decodeMessage<Request>(request, bytes), caller);
      return encodeMessage(response, answered as never);
    });
  const job = IMPORT_JOB_FIELDS;
  return {
    StartImport: call<StartImportRequest>('StartImport', 'push', START_IMPORT_REQUEST_FIELDS, job, (asked, caller) =>
      jobs.begin(asked, caller),
    ),
    CheckImport: call(
      ...(['CheckImport', 'push', CHECK_IMPORT_REQUEST_FIELDS, IMPORT_CHECK_FIELDS] as const),
      (asked: CheckImportRequest) => options.check(asked),
    ),
    GetImportAccount: call(
      ...(['GetImportAccount', 'push', GET_IMPORT_ACCOUNT_REQUEST_FIELDS, IMPORT_ACCOUNT_FIELDS] as const),
      (asked: GetImportAccountRequest) => accounts.read(asked),
    ),
    RunWindow: call<Named>(
      'RunWindow',
      'push',
      RUN_WINDOW_REQUEST_FIELDS,
      job,
      ({ id }, caller) => jobs.runWindow(id, caller),
      STEP_WITHIN_MS,
    ),
    FlushImport: call<Named>('FlushImport', 'push', FLUSH_IMPORT_REQUEST_FIELDS, job, ({ id }) => jobs.flush(id), STEP_WITHIN_MS),
    GetImport: call<Named>('GetImport', 'read', GET_IMPORT_REQUEST_FIELDS, job, ({ id }) => jobs.get(id)),
    ListImports: call('ListImports', 'read', LIST_IMPORTS_REQUEST_FIELDS, LIST_IMPORTS_RESPONSE_FIELDS, () => ({ jobs: jobs.list() })),
    CancelImport: call<Named>('CancelImport', 'push', CANCEL_IMPORT_REQUEST_FIELDS, job, ({ id }, caller) => jobs.cancel(id, caller)),
  };
}

function unary(
  { tokens, events }: ImportCallOptions,
  { method, scope, withinMs }: { method: string; scope: Scope; withinMs: number },
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
