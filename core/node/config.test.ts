import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { MusterError } from '../common/muster-error.ts';
import { type Declaration, helpLines, loadConfig } from './config.ts';

const DECLARATION = {
  port: { type: z.number().int().min(0).max(65535).default(7443), help: 'where to listen' },
  dataDir: { type: z.string(), help: 'folder of the data' },
  password: { type: z.string().min(4).default('none'), help: 'a secret', secret: true },
  labels: { type: z.record(z.string(), z.string()).default({}), help: 'labels' },
} satisfies Declaration;

const folder = mkdtempSync(join(tmpdir(), 'muster-config-'));
function file(text: string): string {
  const path = join(folder, `c${Math.random()}.yaml`);
  writeFileSync(path, text);
  return path;
}
function load(argv: string[], env: Record<string, string> = {}) {
  return loadConfig('gateway', DECLARATION, { argv, env });
}
function sentence(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect((error as MusterError).code).toBe('invalid_config');
    return (error as Error).message;
  }
  throw new Error('expected an error');
}

describe('loadConfig', () => {
  it('leaves the secrets of an address out of what it says', () => {
    const said = sentence(() => load(['--port', 'https://me:hunter2@x.test/?token=hunter2', '--data-dir', '/x']));
    expect(said).toContain('port is "https://me:***@x.test/?token=***"');
  });

  it('takes flags before the environment before the file before defaults', () => {
    const path = file('port: 1\ndataDir: /file\nlabels: {region: gh}\n');
    expect(load(['--config', path])).toEqual({ port: 1, dataDir: '/file', password: 'none', labels: { region: 'gh' } });
    expect(load(['--config', path], { MUSTER_GATEWAY_PORT: '2' }).port).toBe(2);
    expect(load(['--config', path, '--port=3'], { MUSTER_GATEWAY_PORT: '2' }).port).toBe(3);
    expect(load(['--data-dir', '/x']).port).toBe(7443);
  });

  it('reads text that looks like a number as text where text is wanted', () => {
    expect(load(['--data-dir', '5']).dataDir).toBe('5');
  });

  it('reads a file with BOM and CRLF', () => {
    expect(load(['--config', file('\uFEFFport: 5\r\ndataDir: /d\r\n')]).dataDir).toBe('/d');
  });

  it('names the path when there is no file, an empty one, or a folder', () => {
    expect(sentence(() => load(['--config', '/nowhere/g.yaml']))).toMatch(/\/nowhere\/g\.yaml does not exist/);
    expect(sentence(() => load(['--config', folder]))).toMatch(/is a folder, not a file/);
    expect(sentence(() => load(['--config', file(' \n')]))).toMatch(/is empty/);
  });

  it('refuses unknown keys with line and nearest key, duplicates and tabs with the line', () => {
    expect(sentence(() => load(['--config', file('dataDir: /d\nprot: 5\n')]))).toMatch(/:2: unknown key 'prot': did you mean port\?/);
    expect(sentence(() => load(['--config', file('port: 5\nport: 6\n')]))).toMatch(/:2: .*unique/);
    expect(sentence(() => load(['--config', file('dataDir: /d\nlabels:\n\tregion: gh\n')]))).toMatch(/:3: a tab/);
    expect(sentence(() => load(['--prot', '5']))).toMatch(/--prot is not an option: did you mean --port\?/);
  });

  it('names where a bad value came from, and never shows a secret', () => {
    expect(sentence(() => load(['--data-dir', '/d', '--port', '70000']))).toMatch(/^--port: port is 70000/);
    expect(sentence(() => load(['--data-dir', '/d'], { MUSTER_GATEWAY_PORT: 'abc' }))).toMatch(/^MUSTER_GATEWAY_PORT: port is "abc"/);
    expect(sentence(() => load(['--data-dir', '/d'], { MUSTER_GATEWAY_PASSWORD: 'xyz' }))).toMatch(/password is \*\*\*/);
    expect(sentence(() => load([]))).toMatch(/dataDir is missing: set --data-dir/);
  });

  it('lists every setting in the help, secrets without their default', () => {
    const help = helpLines('gateway', DECLARATION).join('\n');
    expect(help).toMatch(/--port\s+where to listen \(default 7443\); MUSTER_GATEWAY_PORT/);
    expect(help).not.toMatch(/none/);
  });
});
