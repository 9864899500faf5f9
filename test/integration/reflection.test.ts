// grpcurl against the service: everything is listed, described as it was written, and can be called.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveRuntime } from '../../deploy/setup/runtimes.mjs';
import { type FleetFixture, OPERATOR_TOKEN, registryEntry, startFleet } from './fleet-fixture.ts';

const run = promisify(execFile);
const PROTO = join(import.meta.dirname, '../../proto/muster/v1');
const NODE_ID = '3f0c2a9e-0000-4000-8000-000000000001';

let fleet: FleetFixture;
let grpcurl: string;

beforeAll(async () => {
  [fleet, grpcurl] = await Promise.all([startFleet(), resolveRuntime('grpcurl')]);
});
afterAll(() => fleet?.stop());

async function ask(...args: string[]): Promise<string> {
  const { stdout } = await run(grpcurl, ['-plaintext', '-H', `authorization: Bearer ${OPERATOR_TOKEN}`, ...args]);
  return stdout;
}

/** Names of all services, messages and enums of a .proto file, and its comments. */
function readProto(file: string): { symbols: string[]; comments: string[]; fields: string[] } {
  const text = readFileSync(join(PROTO, file), 'utf8');
  return {
    symbols: [...text.matchAll(/^(?:service|message|enum) (\w+)/gm)].map(([, name]) => `muster.v1.${name}`),
    comments: [...text.matchAll(/^ *\/\/ (.+)$/gm)].map(([, comment]) => comment as string),
    fields: [...text.matchAll(/ (\w+) = \d+;$/gm)].map(([, name]) => name as string),
  };
}

describe('grpcurl', () => {
  it('lists the services and their methods', async () => {
    expect((await ask(fleet.address, 'list')).trim().split('\n')).toEqual([
      'grpc.health.v1.Health',
      'muster.v1.AgentService',
      'muster.v1.FleetService',
      'muster.v1.ImportService',
    ]);
    expect(await ask(fleet.address, 'list', 'muster.v1.FleetService')).toContain('muster.v1.FleetService.WatchMetrics');
  });

  it.each(['agent.proto', 'fleet.proto', 'import.proto', 'telemetry.proto'])(
    'describes all of %s with its comments and names',
    async (file) => {
      const { symbols, comments, fields } = readProto(file);
      expect(symbols.length).toBeGreaterThan(5);
      const described = (await Promise.all(symbols.map((symbol) => ask(fleet.address, 'describe', symbol)))).join('\n');
      for (const field of fields) expect(described).toContain(` ${field} = `);
      // What stands above the package belongs to no symbol.
      for (const comment of comments) expect(described).toContain(comment);
    },
  );

  it('says who may make a call and what it changes', async () => {
    const described = await ask(fleet.address, 'describe', 'muster.v1.FleetService');
    expect(described).toMatch(/rpc RemoveNode .*\n.*access\) = \{ scope: SCOPE_ADMIN, change: "removing a node" \}/);
    expect(described).toMatch(/rpc ListNodes .*\n.*access\) = \{ scope: SCOPE_READ \}/);
    expect(await ask(fleet.address, 'describe', 'muster.v1.Scope')).toContain('SCOPE_READ = 1;');
  });

  it('keeps maps, Timestamp and nested health messages', async () => {
    expect(await ask(fleet.address, 'describe', 'muster.v1.NodeInfo')).toContain('map<string, string> labels = 13;');
    expect(await ask(fleet.address, 'describe', 'muster.v1.Node')).toContain('.google.protobuf.Timestamp state_since = 4;');
    expect(await ask(fleet.address, 'describe', 'google.protobuf.Timestamp')).toContain('int64 seconds = 1;');
    expect(await ask(fleet.address, 'describe', 'grpc.health.v1.Health')).toContain('rpc Check');
    expect(await ask(fleet.address, 'describe', 'grpc.health.v1.HealthListResponse')).toContain('map<string');
  });

  it('calls, with names as in the files and times as text', async () => {
    await fleet.nodes.put(NODE_ID, JSON.stringify(registryEntry(NODE_ID)));
    await expect.poll(() => ask('-d', `{"node": "${NODE_ID}"}`, fleet.address, 'muster.v1.FleetService/GetNode')).toContain('"nodeId"');
    const node = JSON.parse(await ask('-d', '{"node": "host-0001"}', fleet.address, 'muster.v1.FleetService/GetNode'));
    expect(node).toMatchObject({
      state: 'NODE_STATE_NEVER_SEEN',
      info: { labels: { region: 'gh' } },
      enrolled: expect.stringMatching(/^20\d\d-/),
    });
    const frames = await ask('-d', '{"sql": "select 1 as one"}', fleet.address, 'muster.v1.FleetService/Query');
    expect(frames).toContain('"name": "one"');
    expect(JSON.parse(await ask(fleet.address, 'grpc.health.v1.Health/Check'))).toEqual({ status: 'SERVING' });
  });

  it('is told what is wrong in one sentence', async () => {
    const refused = run(grpcurl, ['-plaintext', fleet.address, 'muster.v1.FleetService/ListNodes']);
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringMatching(/Unauthenticated[\s\S]*authorization: Bearer TOKEN/) });
  });
});
