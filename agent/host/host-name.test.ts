import { expect, it } from 'vitest';
import { displayName, HostNameWatch } from './host-name.ts';

it('shows the name of the settings, else that of the host', () => {
  expect(displayName('web-1', () => 'host')).toBe('web-1');
  expect(displayName('', () => 'ho\u202est\n')).toBe('host');
});

it('tells a host that was renamed once, and says nothing of one whose name is set', () => {
  const told: string[] = [];
  let [shown, host, configured] = ['before', 'before', ''];
  const watch = new HostNameWatch({
    shown: () => shown,
    configured: () => configured,
    read: () => host,
    changed(name) {
      told.push(name);
      shown = name;
    },
  });
  watch.look();
  host = 'after';
  watch.look();
  watch.look();
  expect(told).toEqual(['after']);
  configured = 'after';
  host = 'other';
  watch.look();
  expect(told).toEqual(['after']);
});
