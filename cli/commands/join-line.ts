// The line that a person pastes on a machine to let it join, as `muster token create --join` shows it.
import { MusterError } from '../../core/common/muster-error.ts';
import type { JoinInfo } from '../../proto/gen/messages.ts';
import type { FleetClient } from '../fleet/fleet-client.ts';

export const JOIN_SYSTEMS = ['linux', 'container', 'macos', 'windows'] as const;
export type JoinSystem = (typeof JOIN_SYSTEMS)[number];

/** Stands in the lines of a gateway where the secret belongs; see fleet.proto. */
const TOKEN_PLACE = 'TOKEN_HERE';

export interface FilledLine {
  system: string;
  text: string;
  needs: string;
}

export interface FilledLines {
  lines: FilledLine[];
  caSha256: string;
  /** Why there is none; empty where there are some. */
  problem: string;
}

/** `address` as others reach the gateway; empty for what it knows itself. Never rejects: the token is made, and its secret is shown once. */
export async function joinLinesOf(client: FleetClient, address: string, secret: string): Promise<FilledLines> {
  try {
    return fillLines(await client.call('getJoinInfo', { address }), secret);
  } catch (error) {
    return { lines: [], caSha256: '', problem: error instanceof MusterError ? error.message : String(error) };
  }
}

export function fillLines({ lines, problem, caSha256 }: JoinInfo, secret: string): FilledLines {
  return {
    lines: lines.map(({ system, text, needs }) => ({ system, text: text.replace(TOKEN_PLACE, () => secret), needs })),
    problem,
    caSha256,
  };
}

/** For people, below the secret. */
export function lineNotes({ lines, problem }: FilledLines, system: JoinSystem): string[] {
  const line = lines.find((each) => each.system === system);
  if (line === undefined) return [`no line for another machine: ${problem || `the gateway has none for ${system}`}`];
  const needs = line.needs === '' ? [] : [`It needs ${line.needs}.`];
  return [
    '',
    `Paste this on the machine (${system}; for others: --system ${JOIN_SYSTEMS.filter((each) => each !== system).join(', ')}):`,
    '',
    `  ${line.text}`,
    '',
    ...needs,
  ];
}
