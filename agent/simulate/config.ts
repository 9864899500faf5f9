// The settings of a simulated fleet.
import { z } from 'zod';
import type { Config, Declaration } from '../../core/node/config.ts';
import { durationSetting } from '../../core/node/setting-types.ts';
import { AGENT_DECLARATION } from '../config.ts';

export const SIMULATE_DECLARATION = {
  gateway: AGENT_DECLARATION.gateway,
  caFile: AGENT_DECLARATION.caFile,
  joinTokenFile: AGENT_DECLARATION.joinTokenFile,
  stateDir: { type: z.string().min(1), help: 'folder of the identities and spools of all nodes' },
  nodes: {
    type: z.number().int().min(1, 'from 1 to 20000').max(20_000, 'from 1 to 20000').default(10),
    help: 'how many nodes, 1 to 20000',
  },
  interval: { type: durationSetting('1s'), help: 'time between samples of a node, 100ms to 1h' },
  durationSeconds: { type: z.number().min(0).default(0), unit: 'seconds', help: 'how long; 0 is until a signal' },
  durable: { type: z.boolean().default(true), help: 'true keeps the spools on disk, false in memory' },
  scenario: {
    type: z.enum(['fleet', 'probes']).default('fleet'),
    help: 'fleet: nodes with all measurements; probes: five places with one sample a second each',
  },
  samples: {
    type: z.number().int().min(1).max(86_400).default(60),
    help: 'with scenario probes: samples of each, then all is waited for and it ends',
  },
  namePrefix: { type: z.string().max(64).default('sim-'), help: 'what the names of the nodes begin with' },
  spoolMaxBytes: AGENT_DECLARATION.spoolMaxBytes,
  words: { type: z.boolean().default(false), help: 'true tells a person in sentences, false a program in JSON' },
  logLevel: AGENT_DECLARATION.logLevel,
} satisfies Declaration;

export type SimulateConfig = Config<typeof SIMULATE_DECLARATION>;
