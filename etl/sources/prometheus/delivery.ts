// The way to the gateway: one connection, a call of the bulk door for each window.

import { readFileSync } from 'node:fs';
import { Client, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { grpcWords } from '../../../core/common/grpc-words.ts';
import { MusterError } from '../../../core/common/muster-error.ts';
import type { LedgerAccount } from '../../../core/common/row-account.ts';
import { channelTls } from '../../../core/node/channel-credentials.ts';
import { GET_IMPORT_ACCOUNT_REQUEST_FIELDS, IMPORT_ACCOUNT_FIELDS, type ImportAccount } from '../../../proto/gen/messages.ts';
import { decodeMessage, encodeMessage } from '../../../proto/message-codec.ts';
import { UploadCall, type UploadCallOptions } from '../../../proto/upload-call.ts';

export interface DeliveryOptions {
  gateway: string;
  gatewayCaFile: string;
  tokenFile: string;
}

const ACCOUNT_WITHIN_MS = 10_000;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #client: Client;

  /** Throws `invalid_config` where a file cannot be read. Connects with the first call. */
  constructor(options: DeliveryOptions) {
    this.#options = options;
    const tls = channelTls(options.gateway, readSetting(options.gatewayCaFile, 'gatewayCaFile'));
    readSetting(options.tokenFile, 'tokenFile');
    this.#client = new Client(options.gateway, tls.credentials, {
      ...tls.options,
      'grpc.enable_retries': 0,
      'grpc.keepalive_time_ms': 20_000,
      'grpc.keepalive_timeout_ms': 10_000,
      // A gateway that was away for long is found again within seconds.
      'grpc.initial_reconnect_backoff_ms': 250,
      'grpc.max_reconnect_backoff_ms': 5000,
      'grpc.service_config_disable_resolution': 1,
    });
  }

  /** A call for one window. The token is read anew, so that it may change while this runs. */
  open(told: Pick<UploadCallOptions, 'onStored' | 'onRefused'>): UploadCall {
    return new UploadCall(this.#client, { ...told, metadata: this.#metadata(), toError: (error) => toDeliveryError(error, this.#options) });
  }

  /** What the ledger says of an epoch. Throws what the gateway answers. */
  account(epoch: Uint8Array): Promise<LedgerAccount> {
    const asked = { epochs: [epoch], measurement: '', firstUs: 0, lastUs: 0 };
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        '/muster.v1.ImportService/GetImportAccount',
        (value: object) => Buffer.from(encodeMessage(GET_IMPORT_ACCOUNT_REQUEST_FIELDS, value as never)),
        (bytes: Buffer) => decodeMessage<ImportAccount>(IMPORT_ACCOUNT_FIELDS, bytes),
        asked,
        this.#metadata(),
        { deadline: Date.now() + ACCOUNT_WITHIN_MS },
        (error, answer) =>
          error || answer === undefined
            ? reject(error === null ? new MusterError('internal', 'no answer') : toDeliveryError(error, this.#options))
            : resolve(answer),
      );
    });
  }

  /** Resolves when the gateway takes the token. Throws the reason why not. */
  async check(): Promise<void> {
    await this.open({ onStored: () => undefined }).end();
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${readSetting(this.#options.tokenFile, 'tokenFile').toString('utf8').trim()}`);
    return metadata;
  }

  close(): void {
    this.#client.close();
  }
}

function toDeliveryError(error: ServiceError, { gateway, gatewayCaFile, tokenFile }: DeliveryOptions): MusterError {
  const details = grpcWords(error.details || error.message);
  switch (error.code) {
    case status.UNAVAILABLE:
      return /certificate|self.signed|SSL|TLS/i.test(details)
        ? new MusterError(
            'unavailable',
            `the certificate of gateway ${gateway} is not one of the CA in ${gatewayCaFile} (${details})`,
            error,
          )
        : new MusterError('unavailable', `gateway ${gateway} cannot be reached or cannot serve now: ${details}`, error);
    case status.DEADLINE_EXCEEDED:
      return new MusterError('deadline_exceeded', `gateway ${gateway}: ${details}`, error);
    case status.UNAUTHENTICATED:
      return new MusterError('unauthenticated', `gateway ${gateway} does not take the token in ${tokenFile}: ${details}`, error);
    case status.PERMISSION_DENIED:
      return new MusterError('permission_denied', `gateway ${gateway}: ${details}`, error);
    case status.UNIMPLEMENTED:
      return new MusterError('failed_precondition', `gateway ${gateway} has no bulk door: it is of an older version`, error);
    default:
      // Whatever else broke the call, such as a stream that was reset: what was not acknowledged is sent again.
      return new MusterError('unavailable', `gateway ${gateway}: ${details}`, error);
  }
}

function readSetting(path: string, key: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new MusterError('invalid_config', `${key} ${path} cannot be read (${code}): name another file`, error);
  }
}
