import { expect, test } from 'vitest';
import { grpcurlCall, musterQuery, shellWord } from './shell-command.ts';

test('what a host calls itself stays one word of the shell', () => {
  expect(shellWord('los-core-03')).toBe('los-core-03');
  expect(shellWord('')).toBe("''");
  expect(shellWord("a'; rm -rf / #")).toBe("'a'\\''; rm -rf / #'");
  expect(musterQuery('select 1')).toBe("muster query 'select 1'");
});

test('a call names its method, its request and no secret', () => {
  const call = grpcurlCall('127.0.0.1:7443', 'GetNode', { node: "o'hara" });
  expect(call).toContain(`-d '{"node":"o'\\''hara"}' 127.0.0.1:7443 muster.v1.FleetService/GetNode`);
});
