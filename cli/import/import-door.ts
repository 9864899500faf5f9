// What an import asks the gateway beside its upload: what the store takes, and what the ledger says of the rows.
import { readFileSync } from 'node:fs';
import { Client, Metadata } from '@grpc/grpc-js';
import type { LedgerAccount } from '../../core/common/row-account.ts';
import type { LedgerQuestion } from '../../core/files/import/import-tally.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';
import {
  CHECK_IMPORT_REQUEST_FIELDS,
  type CheckImportRequest,
  GET_IMPORT_ACCOUNT_REQUEST_FIELDS,
  IMPORT_ACCOUNT_FIELDS,
  IMPORT_CHECK_FIELDS,
  type ImportAccount,
  type ImportCheck,
} from '../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage, type Fields } from '../../proto/message-codec.ts';
import { type FleetTarget, toFleetError } from '../fleet/fleet-client.ts';

const ANSWER_WITHIN_MS = 10_000;

export class ImportDoor {
  readonly #target: FleetTarget;
  readonly #client: Client;
  readonly #metadata = new Metadata();

  /** Throws where a file of the target cannot be read. Connects with the first call. */
  constructor(target: FleetTarget) {
    this.#target = target;
    const tls = channelTls(target.gateway, readFileSync(target.caFile));
    this.#client = new Client(target.gateway, tls.credentials, { ...tls.options, 'grpc.enable_retries': 0 });
    this.#metadata.set('authorization', `Bearer ${readFileSync(target.tokenFile, 'utf8').trim()}`);
  }

  check(request: CheckImportRequest, withinMs = ANSWER_WITHIN_MS): Promise<ImportCheck> {
    return this.#call('CheckImport', CHECK_IMPORT_REQUEST_FIELDS, IMPORT_CHECK_FIELDS, request, withinMs);
  }

  account(question: LedgerQuestion): Promise<LedgerAccount> {
    return this.#call<ImportAccount>(
      'GetImportAccount',
      GET_IMPORT_ACCOUNT_REQUEST_FIELDS,
      IMPORT_ACCOUNT_FIELDS,
      question,
      ANSWER_WITHIN_MS,
    );
  }

  close(): void {
    this.#client.close();
  }

  #call<Answer>(name: string, request: Fields, response: Fields, asked: object, withinMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        `/muster.v1.ImportService/${name}`,
        (value: object) => Buffer.from(encodeMessage(request, value as never)),
        (bytes: Buffer) => decodeMessage(response, bytes) as Answer,
        asked,
        this.#metadata,
        { deadline: Date.now() + withinMs },
        (error, answer) => (error || answer === undefined ? reject(toFleetError(error, this.#target)) : resolve(answer)),
      );
    });
  }
}
