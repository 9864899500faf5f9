import { expect, test } from 'vitest';
import { createToolRunner, findTool, type ToolAnswer } from './host-tool.ts';

const LIMITS = { timeoutMs: 5000, maxAgeMs: 100 };
const run = createToolRunner();

function script(source: string, limits: Partial<typeof LIMITS> & { maxBytes?: number } = {}): Promise<ToolAnswer> {
  return run(process.execPath, ['-e', source], { ...LIMITS, ...limits });
}

test('what a tool writes and its exit code are the answer', async () => {
  expect(await script('console.log(process.env.LC_ALL, process.env.HOME); process.exitCode = 4')).toEqual({
    stdout: 'C undefined\n',
    exitCode: 4,
  });
});

test('one that does not end is killed, one that writes too much is stopped, one that is not there is named', async () => {
  await expect(script('setInterval(() => undefined, 1000)', { timeoutMs: 300 })).rejects.toThrow('gave no answer within 0.3 s');
  await expect(script('console.log("x".repeat(9999))', { maxBytes: 100 })).rejects.toThrow('wrote more than 100 bytes');
  await expect(run('/no/such/tool', [], LIMITS)).rejects.toMatchObject({ code: 'missing_runtime' });
  await expect(run('/etc/passwd', [], LIMITS)).rejects.toMatchObject({ code: 'permission_denied' });
});

test('the same question is not asked beside itself, nor while its answer is young', async () => {
  let started = 0;
  let finish = (_: ToolAnswer): void => undefined;
  let nowMs = 0;
  const limited = createToolRunner(
    () => {
      started++;
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
    () => nowMs,
  );
  const first = limited('tool', ['a'], LIMITS);
  nowMs = 9999;
  expect(limited('tool', ['a'], LIMITS)).toBe(first);
  finish({ stdout: '', exitCode: 0 });
  await first;
  nowMs += 99;
  expect(limited('tool', ['a'], LIMITS)).toBe(first);
  expect(started).toBe(1);
  void limited('tool', ['b'], LIMITS);
  nowMs += 1;
  void limited('tool', ['a'], LIMITS);
  expect(started).toBe(3);
});

test('tools are found on the path and in the administrator’s folders', () => {
  expect(findTool('sh', {})).toMatch(/\/bin\/sh$/);
  expect(findTool('sh', { tools: '/bin' })).toBe('/bin/sh');
  expect(findTool('sh', { tools: '/nowhere' })).toBeUndefined();
  expect(findTool('no-such-tool', {})).toBeUndefined();
});
