import { expect, test } from 'vitest';
import { powerShellScript } from './powershell-script.ts';

const SUM = 'ab'.repeat(32);
const script = powerShellScript({
  gateway: '10.0.0.5:7443',
  caPem: 'CA\n',
  programs: [{ target: 'node', path: 'agent.mjs', sha256: SUM, bytes: 1 }],
});

/** Each comes after the one before it. */
function expectInOrder(...parts: string[]): void {
  const places = parts.map((part) => script.indexOf(part));
  expect(places, parts.join('\n')).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
}

test('a folder of state that somebody else made is refused, and no right of another is left on ours, before anything secret lies there', () => {
  expectInOrder(
    'if (Test-Path -LiteralPath $place) { Assert-Ours $place }',
    'takeown /f $place /a',
    'icacls $place /reset',
    'icacls $place /inheritance:r /grant:r',
    'Get-ChildItem -LiteralPath $place',
    '[IO.File]::WriteAllText("$place\\join.token", $token)',
  );
  expect(script).toContain("$owner -notin 'S-1-5-32-544', 'S-1-5-18'");
  expect(script, 'one that appears meanwhile is an error').not.toContain('New-Item -ItemType Directory -Force $place');
});

test('the system runs no program from where an ordinary user writes', () => {
  expect(script).toContain("$program = Join-Path $env:ProgramFiles 'muster-agent'");
  expect(script).toContain('$program\\agent.mjs`" run');
  expect(script).not.toContain('$place\\agent.new');
  expectInOrder('lies in the profile of a user', '& $node -p', '-Execute $node');
});

test('no program of the system has its errors redirected: with Stop, Windows PowerShell 5.1 takes any word there for the end', () => {
  expect(script).not.toMatch(/2>|\*>/);
  expect(script).toContain("Stop-ScheduledTask -TaskName 'Muster agent' -ErrorAction SilentlyContinue");
});

test('a gateway that is busy is asked again for a quarter of an hour', () => {
  expect(script).toContain('AddMinutes(15)');
  expect(script).toContain("'429'");
});
