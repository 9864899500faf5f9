import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StagedGateway, startStagedGateway } from '../uplink/staged-gateway.fixture.ts';
import { probeGateway } from './gateway-probe.ts';

let gateway: StagedGateway;
let stranger: StagedGateway;

beforeAll(async () => {
  [gateway, stranger] = await Promise.all([startStagedGateway(), startStagedGateway()]);
});

afterAll(() => Promise.all([gateway.stop(), stranger.stop()]));

test('a gateway of ours answers, and tells its time', async () => {
  const probe = await probeGateway({ gateway: gateway.address, ca: Buffer.from(gateway.caPem) });
  expect(probe).toMatchObject({ reachable: true, problem: '', skewMs: 0 });
});

test('one of another fleet is told from one that is away', async () => {
  const other = await probeGateway({ gateway: gateway.address, ca: Buffer.from(stranger.caPem) });
  expect(other.reachable).toBe(false);
  expect(other.problem).toMatch(/certificate/);
  const away = await probeGateway({ gateway: '127.0.0.1:1', ca: Buffer.from(gateway.caPem) });
  expect(away).toMatchObject({ reachable: false, problem: 'connect ECONNREFUSED 127.0.0.1:1', skewMs: null });
});
