import { afterEach, expect, test, vi } from 'vitest';
import type { MeshSpec, ProbeSpec } from './probe-spec.ts';
import { Probes } from './probes.ts';

const loaded = vi.hoisted(() => ({ runners: 0, applied: [] as unknown[][], stopped: 0 }));
vi.mock('./probe-runner.ts', () => ({
  ProbeRunner: class {
    constructor() {
      loaded.runners++;
    }
    apply(specs: { name: string; target: string }[], origin: unknown) {
      loaded.applied.push([specs.map(({ name, target }) => `${name} ${target}`), origin]);
    }
    take() {
      return { measurement: 'probe' };
    }
    stop() {
      loaded.stopped++;
    }
  },
}));

afterEach(() => Object.assign(loaded, { runners: 0, applied: [], stopped: 0 }));

const REPORTS = { pingUnusable: () => undefined, rowsLeftOut: () => undefined };
const TIMES = { interval: 10_000, timeout: 3000, window: 60_000 };
const PROBE: ProbeSpec = { ...TIMES, name: 'db', kind: 'tcp', target: '10.0.0.5:5432' };
const MESH: MeshSpec = { ...TIMES, label: 'role=probe', kind: 'icmp', port: 22, peers: 32 };
const PEER = { nodeId: 'n2', addresses: ['10.0.0.2'], country: '', region: '' };
const LABELS = { country: 'gh', region: 'accra' };

test('without probes nothing is loaded, asked or taken', async () => {
  const probes = new Probes({ probes: [], labels: LABELS }, REPORTS);
  probes.start();
  await probes.stop();
  expect(loaded.runners).toBe(0);
  expect(probes.peersWish).toBeUndefined();
  expect(probes.take()).toEqual([]);
});

test('peers are probed as they are told, and only those of the label that is set now', async () => {
  const probes = new Probes({ probes: [PROBE], mesh: MESH, labels: LABELS }, REPORTS);
  probes.start();
  probes.setPeers({ label: 'role=probe', peers: [PEER], country: '', region: '' });
  expect(probes.peersWish).toEqual({ label: 'role=probe', limit: 32 });
  expect(probes.apply({ probes: [PROBE], mesh: { ...MESH, label: 'role=edge' }, labels: LABELS }), 'ask anew').toBe(true);
  await probes.stop();
  probes.start();
  await vi.waitFor(() => expect(loaded.applied.at(-1)).toEqual([['db 10.0.0.5:5432'], LABELS]), 20_000);
  probes.setPeers({ label: 'role=edge', peers: [PEER], country: 'ng', region: '' });
  await vi.waitFor(
    () => expect(loaded.applied.at(-1)).toEqual([['db 10.0.0.5:5432', 'mesh 10.0.0.2'], { country: 'ng', region: 'accra' }]),
    20_000,
  );
  expect(loaded.runners).toBe(1);
  expect(probes.take()).toHaveLength(1);
});

test('the gateway is asked anew when the first probe comes, not when one more does', () => {
  const probes = new Probes({ probes: [], labels: {} }, REPORTS);
  expect(probes.apply({ probes: [PROBE], labels: {} })).toBe(true);
  expect(probes.peersWish).toEqual({ label: '', limit: 0 });
  expect(probes.apply({ probes: [PROBE, { ...PROBE, name: 'b' }], labels: LABELS })).toBe(false);
});

test('stop without start, and twice', async () => {
  const probes = new Probes({ probes: [PROBE], labels: {} }, REPORTS);
  await probes.stop();
  probes.start();
  await probes.stop();
  await probes.stop();
  expect(loaded.applied).toEqual([]);
});
