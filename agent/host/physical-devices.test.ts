import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isTransientInterface, physicalInterfaces } from './physical-devices.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'muster-sys-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** An interface of /sys; what it has ends in its own folder. */
function make(name: string, { device = false, master = '', lower = '', iflink = 1 } = {}): void {
  const folder = join(root, 'sys/class/net', name);
  mkdirSync(folder, { recursive: true });
  if (device) mkdirSync(join(folder, 'device'));
  if (master !== '') symlinkSync(`../${master}`, join(folder, 'master'));
  if (lower !== '') symlinkSync(`../${lower}`, join(folder, `lower_${lower}`));
  writeFileSync(join(folder, 'ifindex'), '1\n');
  writeFileSync(join(folder, 'iflink'), `${iflink}\n`);
}

const physical = (...names: string[]): string[] => [...physicalInterfaces({ proc: '', sys: join(root, 'sys') }, names)];

test('a device is physical, what is made of devices is not', () => {
  make('eth0', { device: true, master: 'bond0' });
  make('eth1', { device: true, master: 'bond0' });
  make('bond0', { lower: 'eth0' });
  make('br0', { lower: 'bond0' });
  make('storage', { lower: 'bond0' });
  make('lo');
  expect(physical('lo', 'eth0', 'eth1', 'bond0', 'br0', 'storage')).toEqual(['eth0', 'eth1']);
});

test('the fast path of a virtual interface counts where its master does, a port of a switch at the way to it', () => {
  make('eth0', { device: true });
  make('enP1s1', { device: true, master: 'eth0' });
  make('lan1', { device: true, iflink: 2 });
  expect(physical('eth0', 'enP1s1', 'lan1')).toEqual(['eth0']);
});

test('a container has no device: what leads out of it counts', () => {
  make('eth0', { iflink: 12 });
  make('inner', { lower: 'eth0' });
  expect(physical('lo', 'eth0', 'inner', 'wg0')).toEqual(['eth0']);
  // Nothing in /sys at all.
  expect(physical('lo', 'ens5', 'docker0', 'veth1', 'venet0')).toEqual(['ens5', 'venet0']);
});

test('where nothing but an end of a pair leads out, it counts, and the bridge on it does not', () => {
  expect(physical('lo', 'veth0', 'br0')).toEqual(['veth0']);
  expect(physical('lo', 'veth0', 'br0', 'eth0')).toEqual(['eth0']);
});

test.each(['veth12ab3cd', 'cali0a1b2c3d4e5', 'lxc0123456789ab', 'tap3f2a1b4c-9d', 'vnet7', 'br-0a1b2c3d4e5f', 'vif3.0'])(
  '%s comes and goes',
  (name) => {
    expect(isTransientInterface(name)).toBe(true);
  },
);

test.each(['eth0', 'eni0', 'lxcbr0', 'br-lan', 'br0', 'tap0', 'wlan-\u00fc', 'a%b', 'bond0.100', 'vmbr0'])('%s stays', (name) => {
  expect(isTransientInterface(name)).toBe(false);
});
