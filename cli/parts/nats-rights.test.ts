import { expect, it } from 'vitest';
import { consumerRights, etlRights, gatewayRights } from './nats-rights.ts';

const RIGHTS = { etl: etlRights('etl'), gateway: gatewayRights('gateway'), consumer: consumerRights('consumer') };

it.each(Object.entries(RIGHTS))('names each call that the %s may make of JetStream, and the stream it may make it of', (_, { publish }) => {
  for (const subject of publish.allow) {
    if (!subject.startsWith('$JS.API.') || subject === '$JS.API.INFO') continue;
    expect(subject).toMatch(
      /^\$JS\.API\.(STREAM\.(INFO|CREATE|UPDATE|PURGE|MSG\.GET|MSG\.DELETE)|DIRECT\.GET|CONSUMER\.[A-Z.]+)\.[A-Za-z_]+(\.|$)/,
    );
  }
});

it.each(Object.entries(RIGHTS))('gives the %s no subject of everybody', (name, { publish, subscribe }) => {
  for (const subject of [...publish.allow, ...subscribe]) {
    expect(['>', '*', '$JS.>', '$JS.API.>', '$JS.ACK.>', '$KV.>', '_INBOX.>', 'muster.>']).not.toContain(subject);
    if (subject.startsWith('_INBOX.')) expect(subject).toBe(`_INBOX.${name}.>`);
  }
});

it('lets each write what the other does not, who is no part nothing, and none remove a stream', () => {
  const { etl, gateway, consumer } = RIGHTS;
  const writes = (subjects: readonly string[]): string[] => subjects.filter((subject) => /^(muster|\$KV)\./.test(subject));
  expect(writes(etl.publish.allow)).toEqual(['muster.dead.*', 'muster.processed.*.*', '$KV.muster_status.>']);
  expect(writes(gateway.publish.allow).filter((subject) => writes(etl.publish.allow).includes(subject))).toEqual([]);
  expect(writes(consumer.publish.allow)).toEqual([]);
  for (const { publish } of [etl, gateway, consumer])
    expect(publish.allow.filter((subject) => subject.includes('STREAM.DELETE'))).toEqual([]);
});
