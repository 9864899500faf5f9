// Puts the doors beside the agents' together: the routes of HTTPS and the handlers of ImportService, and what they stand on.
import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Registry } from 'prom-client';
import { VERSION } from '../core/common/version.ts';
import type { CheckImportRequest, ImportCheck } from '../proto/gen/messages.ts';
import type { TokenStore } from './access/token-store.ts';
import type { GatewayEvents } from './events.ts';
import type { FleetReader } from './fleet/fleet-reader.ts';
import { readEtlStatus } from './fleet/ledger/etl-status.ts';
import type { StoreWindow } from './fleet/ledger/store-window.ts';
import { healthRoutes } from './http/health-routes.ts';
import { HttpDoor } from './http/http-door.ts';
import { metricsRoute } from './http/metrics-route.ts';
import { statusRoutes } from './http/status-routes.ts';
import { createUseStore } from './ingest/first-uses.ts';
import type { ImportAccounts } from './ingest/import-account.ts';
import { createImportCalls } from './ingest/import-calls.ts';
import { columnProblems, columnsOf } from './ingest/import-columns.ts';
import { ImportJobs } from './ingest/import-jobs.ts';
import { importRoutes } from './ingest/import-routes.ts';
import { Ingest } from './ingest/ingest.ts';
import { pushRoutes } from './ingest/push-routes.ts';
import { createUploadHandler } from './ingest/upload.ts';
import { type JoinRoutesOptions, joinRoutes } from './join/join-routes.ts';
import type { NatsLink } from './nats-link.ts';
import type { NodeRegistry } from './nodes/registry.ts';
import type { Publisher } from './publisher/publisher.ts';

/** What every door stands on. */
export interface ImportOptions {
  /** Name of this gateway. */
  gateway: string;
  link: NatsLink;
  publisher: Publisher;
  registry: NodeRegistry;
  tokens: TokenStore;
  events: GatewayEvents;
  /** What the ledger says of an import. */
  accounts: ImportAccounts;
  storeWindow: StoreWindow;
}

export interface DoorOptions extends ImportOptions {
  reader: FleetReader;
  jobs: ImportJobs;
  /** The counters of this process. */
  metrics: Registry;
  /** Of a file that is uploaded. */
  importMaxBytes: number;
  /** What machines get that join. */
  joining: JoinRoutesOptions;
}

/** `folder` is that of the files to import; empty for none. */
export function createImportJobs({ link, ...options }: ImportOptions, folder: string): ImportJobs {
  const sendEphemeral = (subject: string, payload: Uint8Array): void => link.sendEphemeral(subject, payload);
  return new ImportJobs({ ...options, folder, sendEphemeral });
}

export function createImportService(
  { link, ...options }: ImportOptions,
  jobs: ImportJobs,
  reader: Pick<FleetReader, 'rows'>,
): UntypedServiceImplementation {
  const sendEphemeral = (subject: string, payload: Uint8Array): void => link.sendEphemeral(subject, payload);
  const check = async (request: CheckImportRequest): Promise<ImportCheck> => {
    const ttlDays = await options.storeWindow.ttlDays();
    const problems = columnProblems(request, await columnsOf(reader, request.measurement));
    return { ttlDays: Math.ceil(ttlDays), ttlHours: Math.round(ttlDays * 24), problems };
  };
  return { Upload: createUploadHandler({ ...options, sendEphemeral }), ...createImportCalls({ ...options, jobs, check }) };
}

export function createHttpDoor(options: DoorOptions): HttpDoor {
  const { gateway, link, publisher, registry, tokens, reader, events, jobs, importMaxBytes, storeWindow, accounts, joining } = options;
  const ingest = new Ingest({ gateway, publisher });
  const status = {
    name: gateway,
    version: VERSION,
    pipeline: () => reader.pipeline(),
    queuedBytes: () => publisher.queuedBytes,
    part: {
      nats: () => link.connected,
      etl: () => readEtlStatus(link.connection),
      database: async () => {
        await reader.rows('select 1');
        return undefined;
      },
    },
    metrics: options.metrics,
    problem: () => (link.connected ? (publisher.pressure ? 'too much waits for the stream' : undefined) : 'nats-server is not connected'),
  };
  return new HttpDoor({
    routes: [
      ...statusRoutes(status),
      ...healthRoutes(status),
      ...pushRoutes({
        ingest,
        registry,
        storeWindow,
        accounts,
        uses: createUseStore(() => link.connection),
        sendEphemeral: (subject, payload) => link.sendEphemeral(subject, payload),
        events,
      }),
      ...importRoutes({ jobs, maxBytes: importMaxBytes }),
      metricsRoute(reader),
      ...joinRoutes(joining),
    ],
    admit: (header, scope) => tokens.admitHeader(header, scope),
    events,
  });
}
