import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findHome, StateFolder } from './state-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-state-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const modeOf = (path: string): number => statSync(path).mode & 0o777;

it('makes folders and secrets for their owner alone, and keeps secrets', () => {
  const state = new StateFolder(join(root, 'home'));
  state.create();
  const secret = state.secret('nats-gateway');
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(state.secret('nats-gateway')).toBe(secret);
  expect(readFileSync(state.secretFile('nats-gateway'), 'utf8')).toBe(`${secret}\n`);
  expect([modeOf(state.home), modeOf(state.partFolder('nats')), modeOf(state.secretFile('nats-gateway'))]).toEqual([0o700, 0o700, 0o600]);
});

it('closes a folder that was open to others', () => {
  chmodSync(root, 0o755);
  new StateFolder(root).create();
  expect(modeOf(root)).toBe(0o700);
});

it('says in one sentence why it cannot be made', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => new StateFolder(join(root, 'file')).create()).toThrow(
    /state folder .*file cannot be made \(E\w+\): choose another with --home/,
  );
});

it('finds the folder by option, MUSTER_HOME, XDG_STATE_HOME, HOME, in this order', () => {
  const env = { MUSTER_HOME: '/m', XDG_STATE_HOME: '/x', HOME: '/h' };
  expect(findHome('/o', env)).toBe('/o');
  expect(findHome(undefined, env)).toBe('/m');
  expect(findHome(undefined, { ...env, MUSTER_HOME: '' })).toBe('/x/muster');
  expect(findHome(undefined, { HOME: '/h' })).toBe('/h/.local/state/muster');
});
