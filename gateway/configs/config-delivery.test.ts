import { expect, test } from 'vitest';
import type { RegistryEntry } from '../../core/common/registry-entry.ts';
import type { ConfigState, ConfigUpdate } from '../../proto/gen/messages.ts';
import { toRegistryInfo } from '../nodes/registry-info.ts';
import { ConfigDelivery } from './config-delivery.ts';
import { ProfileSet, type StoredProfile } from './config-profile.ts';

const NONE: ConfigState = { version: 0, state: 'none', rejectedVersion: 0, problem: '' };

async function stage() {
  const staged = {
    nowMs: 0,
    held: false,
    labels: {} as Record<string, string>,
    profiles: [] as StoredProfile[],
    sent: [] as ConfigUpdate[],
  };
  let onStore = (): void => undefined;
  let onEntry: (nodeId: string) => void = () => undefined;
  const entry = (): RegistryEntry => {
    const info = toRegistryInfo({ ...toRegistryInfo(null, {}), labels: staged.labels }, {});
    return { nodeId: 'n', info, enrolledMs: 1, updatedMs: 1, intervalMs: 1000 };
  };
  const delivery = new ConfigDelivery({
    store: {
      get held() {
        return staged.held;
      },
      assign: (node) => new ProfileSet(staged.profiles).assign(node),
      onChange: (listener) => {
        onStore = listener;
        return () => true;
      },
    },
    registry: {
      get: entry,
      onChanged: (listener) => {
        onEntry = listener;
        return () => undefined;
      },
    },
    events: { configSent: () => undefined },
    now: () => staged.nowMs,
  });
  await delivery.start();
  const receiver = { nodeId: 'n', sendConfig: (update: ConfigUpdate) => void staged.sent.push(update) };
  return {
    ...{ staged, delivery, receiver },
    report: (state: Partial<ConfigState> = {}) => delivery.reported(receiver, { ...NONE, ...state }),
    put: (...profiles: StoredProfile[]) => {
      staged.profiles = profiles;
      onStore();
    },
    relabel: (labels: Record<string, string>) => {
      staged.labels = labels;
      onEntry('n');
    },
    versions: () => staged.sent.map(({ version }) => version),
  };
}

const profile = (version: number, filter = ''): StoredProfile => ({
  ...{ name: 'base', version, document: 'interval: 1s\n', filter, sharePercent: 100, changedMs: 1 },
});

test('a node gets what it should have once, and again only after a while', async () => {
  const { put, report, versions, staged } = await stage();
  report();
  put(profile(1));
  report();
  expect(versions()).toEqual([1]);
  staged.nowMs = 61_000;
  report();
  expect(versions()).toEqual([1, 1]);
  report({ version: 1, state: 'applied' });
  expect(versions()).toEqual([1, 1]);
});

test('what it turned down is not sent again, the next version is', async () => {
  const { put, report, versions } = await stage();
  put(profile(2));
  report({ version: 1, state: 'refused', rejectedVersion: 2 });
  expect(versions()).toEqual([]);
  put(profile(3));
  expect(versions()).toEqual([3]);
});

test('labels decide at once; without a profile the remote configuration is taken away', async () => {
  const { put, report, relabel, versions, delivery, receiver } = await stage();
  report();
  put(profile(4, 'region:gh'));
  expect(versions()).toEqual([]);
  relabel({ region: 'gh' });
  report({ version: 4, state: 'applied' });
  relabel({ region: 'ng' });
  expect(versions()).toEqual([4, 0]);
  delivery.ended(receiver);
  relabel({ region: 'gh' });
  expect(versions()).toEqual([4, 0]);
});

test('while a configuration cannot be read agents keep what they have', async () => {
  const { put, report, versions, staged } = await stage();
  staged.held = true;
  report({ version: 3, state: 'applied' });
  put(profile(4));
  put();
  expect(versions()).toEqual([]);
  staged.held = false;
  put(profile(4));
  expect(versions()).toEqual([4]);
});
