// The line that a person pastes on a machine to let it join, as `muster token create --join` shows it.
import { MusterError, toMusterError } from '../../core/common/muster-error.ts';
import type { FleetClient } from '../../proto/client/fleet-client.ts';
import type { JoinInfo } from '../../proto/gen/messages.ts';

export const JOIN_SYSTEMS = ['linux', 'container', 'macos', 'windows'] as const;
export type JoinSystem = (typeof JOIN_SYSTEMS)[number];

/** The lines of a gateway, without a secret. */
export type LineSource = Pick<JoinInfo, 'lines' | 'caSha256' | 'problem'>;

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

/**
 * What fills the lines, asked before a token is made. `address` as others reach the gateway; empty for what it knows itself. Throws
 * `invalid_argument` for an address that is none; with `needed` also what keeps the gateway from telling, and `failed_precondition` where there
 * is no line for that system. Without it the token is of use by itself, and `problem` says why there are no lines.
 */
export async function joinInfoOf(client: Pick<FleetClient, 'call'>, address: string, needed?: JoinSystem): Promise<LineSource> {
  let info: LineSource;
  try {
    info = await client.call('getJoinInfo', { address });
  } catch (thrown) {
    const error = toMusterError(thrown);
    if (needed !== undefined || error.code === 'invalid_argument') throw error;
    return { lines: [], caSha256: '', problem: error.message };
  }
  if (needed !== undefined && !info.lines.some(({ system }) => system === needed))
    throw new MusterError('failed_precondition', `${noLine(info, needed)}; no token was made`);
  return info;
}

export function fillLines({ lines, problem, caSha256 }: LineSource, secret: string): FilledLines {
  return {
    lines: lines.map(({ system, text, needs }) => ({ system, text: text.replace(TOKEN_PLACE, () => secret), needs })),
    problem,
    caSha256,
  };
}

function noLine({ problem }: Pick<LineSource, 'problem'>, system: JoinSystem): string {
  return `no line for another machine: ${problem || `the gateway has none for ${system}`}`;
}

/** For people, below the secret. */
export function lineNotes({ lines, problem }: FilledLines, system: JoinSystem): string[] {
  const line = lines.find((each) => each.system === system);
  if (line === undefined) return [noLine({ problem }, system)];
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
