import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MusterError } from '../../core/common/muster-error.ts';
import type { AgentConfig } from '../config.ts';
import { effectiveSettings, settingsAtStart } from './effective-settings.ts';
import { RemoteConfig } from './remote-config.ts';
import { loadRemoteState } from './remote-state.ts';
import { SettingsStore } from './settings-store.ts';

const PROBATION_MS = 10_000;
let stateDir: string;

beforeEach(() => {
  vi.useFakeTimers();
  stateDir = mkdtempSync(join(tmpdir(), 'muster-remote-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(stateDir, { recursive: true });
});

const argv = () => [`--state-dir=${stateDir}`, '--interval=5s', `--config-probation=${PROBATION_MS / 1000}s`, '--labels={"rack":"7"}'];

async function stage() {
  const { config, remoteProblem } = settingsAtStart(argv(), {});
  const staged = {
    settings: new SettingsStore(config),
    connected: true,
    told: [] as string[],
    read: async (document: string): Promise<AgentConfig> => effectiveSettings(argv(), {}, document),
    remote: undefined as unknown as RemoteConfig,
    put: async (version: number, document: string): Promise<void> => {
      staged.remote.offer({ version, document });
      await vi.advanceTimersByTimeAsync(0);
    },
  };
  staged.remote = new RemoteConfig({
    settings: staged.settings,
    read: (document) => staged.read(document),
    connected: () => staged.connected,
    onChange: () => undefined,
    reports: {
      applied: (version) => staged.told.push(`applied ${version}`),
      refused: (version, problem) => staged.told.push(`refused ${version}: ${problem}`),
      rolledBack: (version) => staged.told.push(`rolled back ${version}`),
      fileApplied: (waiting) => staged.told.push(`file applied ${waiting}`),
      fileRefused: (problem) => staged.told.push(`file refused: ${problem}`),
      notKept: (problem) => staged.told.push(`not kept: ${problem}`),
    },
    problemAtStart: remoteProblem,
  });
  await staged.remote.start();
  return staged;
}

test('a configuration is put in force over the own file, kept, and there again at the next start', async () => {
  const { settings, remote, put } = await stage();
  await put(7, 'interval: 1s\nlabels: {region: gh}\n');
  expect(settings.current).toMatchObject({ interval: 1000, labels: { rack: '7', region: 'gh' } });
  expect(remote.report()).toEqual({ version: 7, state: 'applied', rejectedVersion: 0, problem: '' });
  await remote.stop();
  const again = await stage();
  expect(again.settings.current.interval).toBe(1000);
  await again.put(0, '');
  expect(again.settings.current).toMatchObject({ interval: 5000, labels: { rack: '7' } });
  expect(again.remote.report()).toMatchObject({ version: 0, state: 'none' });
  await again.remote.stop();
});

test('a bad one is refused with its line, and the one before stays in force', async () => {
  const { settings, remote, put, told } = await stage();
  await put(1, 'interval: 2s\n');
  await put(2, 'interval: 1s\ncollectorsDisabled: [cpuu]\n');
  expect(settings.current.interval).toBe(2000);
  expect(remote.report()).toMatchObject({ version: 1, state: 'refused', rejectedVersion: 2 });
  expect(remote.report().problem).toContain('document:2: collectorsDisabled is ["cpuu"]');
  await put(2, 'interval: 1s\n');
  expect(settings.current.interval).toBe(2000);
  await put(3, 'stateDir: /tmp\n');
  expect(remote.report().problem).toContain('document:1: stateDir may not be set from afar');
  expect(told).toHaveLength(3);
  await remote.stop();
});

test('it is taken back when the gateway stays away for the probation, and not applied when it comes again', async () => {
  const staged = await stage();
  const { settings, remote, put, told } = staged;
  await put(1, 'interval: 2s\n');
  await vi.advanceTimersByTimeAsync(PROBATION_MS);
  expect(loadRemoteState(stateDir).confirmed).toBe(true);
  await put(2, 'interval: 1s\n');
  staged.connected = false;
  await vi.advanceTimersByTimeAsync(PROBATION_MS * 0.8);
  expect(settings.current.interval).toBe(1000);
  await vi.advanceTimersByTimeAsync(PROBATION_MS * 0.3);
  expect(settings.current.interval).toBe(2000);
  expect(remote.report()).toMatchObject({ version: 1, state: 'rolled_back', rejectedVersion: 2 });
  expect(remote.report().problem).toContain('no gateway was reached for 10 s after version 2');
  staged.connected = true;
  await put(2, 'interval: 1s\n');
  expect(settings.current.interval).toBe(2000);
  expect(told).toEqual(['applied 1', 'applied 2', 'rolled back 2']);
  await remote.stop();
});

test('a gateway that is away for a moment changes nothing', async () => {
  const staged = await stage();
  await staged.put(1, 'interval: 1s\n');
  for (let i = 0; i < 4; i++) {
    staged.connected = false;
    await vi.advanceTimersByTimeAsync(PROBATION_MS * 0.8);
    staged.connected = true;
    await vi.advanceTimersByTimeAsync(PROBATION_MS * 0.3);
  }
  expect(staged.remote.report()).toMatchObject({ version: 1, state: 'applied' });
  expect(loadRemoteState(stateDir).confirmed).toBe(true);
  await staged.remote.stop();
});

test('one after which the agent has to be started again and again is taken back', async () => {
  let staged = await stage();
  await staged.put(4, 'interval: 1s\n');
  for (let i = 0; i < 4; i++) {
    await staged.remote.stop();
    staged = await stage();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(staged.settings.current.interval).toBe(5000);
  expect(staged.remote.report()).toMatchObject({ version: 0, state: 'rolled_back', rejectedVersion: 4 });
  await staged.remote.stop();
});

test('one that the agent of today does not take is left out at the start; a spoiled file is as good as none', async () => {
  const staged = await stage();
  await staged.put(5, 'interval: 1s\n');
  await staged.remote.stop();
  const state = { ...loadRemoteState(stateDir), document: 'intervall: 1s\n' };
  writeFileSync(join(stateDir, 'remote-config.json'), JSON.stringify(state));
  const again = await stage();
  expect(again.settings.current.interval).toBe(5000);
  expect(again.remote.report()).toMatchObject({ version: 0, state: 'refused', rejectedVersion: 5 });
  await again.remote.stop();
  writeFileSync(join(stateDir, 'remote-config.json'), '{"version": 5, "doc');
  expect((await stage()).remote.report()).toMatchObject({ version: 0, state: 'none' });
});

test('a machine that cannot look at it tries again, and says nothing bad of it', async () => {
  const staged = await stage();
  const { read } = staged;
  staged.read = () => Promise.reject(new Error('spawn ENOMEM'));
  await staged.put(6, 'interval: 1s\n');
  expect(staged.remote.report()).toMatchObject({ version: 0, state: 'none', rejectedVersion: 0 });
  staged.read = read;
  await vi.advanceTimersByTimeAsync(31_000);
  expect(staged.remote.report()).toMatchObject({ version: 6, state: 'applied' });
  await staged.remote.stop();
});

test('the own file is read again under the one from afar; a bad file leaves all as it is', async () => {
  const staged = await stage();
  await staged.put(1, 'interval: 1s\n');
  staged.read = async (document) => effectiveSettings([...argv(), '--name=renamed', '--interval=30s', '--gateway=other:1'], {}, document);
  staged.remote.reread();
  await vi.advanceTimersByTimeAsync(0);
  expect(staged.settings.current).toMatchObject({ name: 'renamed', interval: 1000, gateway: '127.0.0.1:7443' });
  staged.read = () => Promise.reject(new MusterError('invalid_config', 'agent.yaml:2: no'));
  staged.remote.reread();
  await vi.advanceTimersByTimeAsync(0);
  expect(staged.settings.current.name).toBe('renamed');
  expect(staged.told).toEqual(['applied 1', 'file applied gateway', 'file refused: agent.yaml:2: no']);
  await staged.remote.stop();
});

test('one that is to be taken back while the machine cannot look is taken back when it can, to the one before', async () => {
  const staged = await stage();
  const { settings, remote, put, told, read } = staged;
  await put(1, 'interval: 2s\n');
  await vi.advanceTimersByTimeAsync(PROBATION_MS);
  await put(2, 'interval: 1s\n');
  staged.connected = false;
  staged.read = () => Promise.reject(new Error('spawn ENOMEM'));
  await vi.advanceTimersByTimeAsync(PROBATION_MS + 100_000);
  expect(settings.current.interval).toBe(1000);
  expect(remote.report()).toMatchObject({ version: 2, state: 'applied' });
  staged.read = read;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(settings.current.interval).toBe(2000);
  expect(remote.report()).toMatchObject({ version: 1, state: 'rolled_back', rejectedVersion: 2 });
  expect(told).toEqual(['applied 1', 'applied 2', 'rolled back 2']);
  await remote.stop();
});

test('where the own file is spoiled by then, that is told, and it is taken back once the file is good', async () => {
  const staged = await stage();
  const { settings, remote, put, told, read } = staged;
  await put(2, 'interval: 1s\n');
  staged.connected = false;
  staged.read = () => Promise.reject(new MusterError('invalid_config', 'agent.yaml:2: no'));
  await vi.advanceTimersByTimeAsync(PROBATION_MS + 1000);
  expect(told).toEqual(['applied 2', 'file refused: agent.yaml:2: no']);
  staged.read = read;
  await vi.advanceTimersByTimeAsync(30_000);
  expect(settings.current.interval).toBe(5000);
  expect(told.at(-1)).toBe('rolled back 2');
  await remote.stop();
});

test('another one that comes before it could be taken back is not taken back in its place', async () => {
  const staged = await stage();
  const { settings, remote, put, told, read } = staged;
  await put(2, 'interval: 1s\n');
  staged.connected = false;
  staged.read = () => Promise.reject(new Error('spawn ENOMEM'));
  await vi.advanceTimersByTimeAsync(PROBATION_MS + 1000);
  staged.read = read;
  staged.connected = true;
  await put(3, 'interval: 3s\n');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(settings.current.interval).toBe(3000);
  expect(told).toEqual(['applied 2', 'applied 3']);
  await remote.stop();
});
