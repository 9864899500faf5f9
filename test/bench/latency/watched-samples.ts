// How old live samples are when a watcher gets them.
import { readFileSync } from 'node:fs';
import { Client, Metadata } from '@grpc/grpc-js';
import type { FleetTarget } from '../../../cli/fleet/open-fleet.ts';
import { channelTls } from '../../../core/node/channel-credentials.ts';
import { loadPackage, serviceDefinition } from '../../../proto/descriptors.ts';
import type { MetricsUpdate, WatchMetricsRequest } from '../../../proto/gen/messages.ts';

/** Watches the nodes for so long and gives the age of each update in ms. The first second of the lease is not counted. */
export function watchedAges(target: FleetTarget, nodeIds: string[], milliseconds: number): Promise<number[]> {
  const tls = channelTls(target.gateway, readFileSync(target.caFile));
  const client = new Client(target.gateway, tls.credentials, tls.options);
  const method = serviceDefinition(loadPackage(), 'FleetService')['WatchMetrics'];
  if (method === undefined) throw new Error('FleetService has no WatchMetrics');
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${readFileSync(target.tokenFile, 'utf8').trim()}`);
  const request: WatchMetricsRequest = { nodeIds, measurements: ['load'], intervalMs: 1000 };
  const ages: number[] = [];
  const from = Date.now();
  return new Promise((resolve, reject) => {
    const stream = client.makeServerStreamRequest<WatchMetricsRequest, MetricsUpdate>(
      method.path,
      method.requestSerialize as (value: WatchMetricsRequest) => Buffer,
      method.responseDeserialize as (bytes: Buffer) => MetricsUpdate,
      request,
      metadata,
    );
    const done = setTimeout(() => stream.cancel(), milliseconds);
    stream.on('data', (update: MetricsUpdate) => {
      const nowUs = Date.now() * 1000;
      for (const frame of update.frames) {
        // The first time is absolute, the others are differences to the one before.
        const newest = frame.timeUs.reduce((sum, difference) => sum + difference, 0);
        if (Date.now() - from > 1000) ages.push((nowUs - newest) / 1000);
      }
    });
    stream.on('error', (error) => {
      clearTimeout(done);
      client.close();
      if (Date.now() - from >= milliseconds) resolve(ages);
      else reject(error);
    });
  });
}
