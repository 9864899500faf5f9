// What grpcurl asks first: health and reflection, called by their wire format so that no description of them has to be at hand.
import { readFileSync } from 'node:fs';
import { Client } from '@grpc/grpc-js';
import { MusterError } from '../../core/common/muster-error.ts';
import { channelTls } from '../../core/node/channel-credentials.ts';
import type { FleetTarget } from '../fleet/open-fleet.ts';
import type { SmokeCheck } from './smoke-check.ts';

const asBuffer = (bytes: Buffer): Buffer => bytes;
/** HealthCheckResponse with status (field 1) SERVING. */
const SERVING = Buffer.from([0x08, 1]);
/** ServerReflectionRequest with list_services (field 7). */
const LIST_SERVICES = Buffer.from([0x3a, 1, 0x2a]);
const SERVICES = ['muster.v1.AgentService', 'muster.v1.FleetService', 'muster.v1.ImportService'];

export function grpcChecks(target: FleetTarget): SmokeCheck[] {
  return [
    { name: 'gRPC health', run: () => withClient(target, checkHealth) },
    { name: 'gRPC reflection', run: () => withClient(target, checkReflection) },
  ];
}

async function withClient(target: FleetTarget, use: (client: Client) => Promise<string>): Promise<string> {
  const tls = channelTls(target.gateway, readFileSync(target.caFile));
  const client = new Client(target.gateway, tls.credentials, tls.options);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

async function checkHealth(client: Client): Promise<string> {
  const answer = await new Promise<Buffer>((resolve, reject) => {
    client.makeUnaryRequest('/grpc.health.v1.Health/Check', asBuffer, asBuffer, Buffer.alloc(0), (error, bytes) =>
      error !== null || bytes === undefined ? reject(error) : resolve(bytes),
    );
  });
  if (!answer.equals(SERVING)) throw new MusterError('unavailable', 'the gateway says that it does not serve: is nats-server away?');
  return 'SERVING';
}

async function checkReflection(client: Client): Promise<string> {
  const call = client.makeBidiStreamRequest('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo', asBuffer, asBuffer);
  const answer = await new Promise<Buffer>((resolve, reject) => {
    call.once('data', resolve);
    call.once('error', reject);
    call.write(LIST_SERVICES);
  });
  call.end();
  const missing = SERVICES.filter((service) => !answer.includes(service));
  if (missing.length > 0) throw new MusterError('failed_precondition', `reflection does not name ${missing.join(', ')}`);
  return `names ${SERVICES.length} services`;
}
