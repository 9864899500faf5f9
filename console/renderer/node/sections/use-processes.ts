// Reads the processes of a node by its own command, again and again while somebody looks.
import { useEffect, useMemo, useState } from 'react';
import { messageOf } from '../../../../core/common/muster-error.ts';
import type { FleetNode } from '../../../common/fleet-node.ts';
import { useConsole } from '../../state/console-state.ts';
import { type Known, notKnown, stale } from '../../state/known.ts';
import { CommandRunner, type Kept, plainText } from '../actions/command-runner.ts';
import { useMayChange } from '../actions/use-may-change.ts';
import { type ProcessRow, readProcessList } from './process-rows.ts';
import { answers, isOffered, PROCESS_LIST } from './process-source.ts';

export const APART_MS = 5000;
/** Each reading is in the audit: nobody looks for longer without a touch. */
const STOPS_AFTER = 60;
/** Sorted by CPU: the beginning counts. As much as ten thousand processes with long command lines write. */
const BUSIEST: Kept = { end: 'first', characters: 4_500_000 };

export interface ProcessReading {
  /** The newest list of this visit. */
  list: Known<readonly ProcessRow[]>;
  /** Why there is no newer one; empty where one is on its way. */
  problem: string;
  /** False where it stopped, by itself or by the user's hand. */
  live: boolean;
  setLive(live: boolean): void;
}

/** `wanted` is false while the window shows another time. For one node: give its component a key. */
export function useProcesses(node: FleetNode, wanted: boolean): ProcessReading {
  const { api, painter, fleet } = useConsole();
  const refusal = useMayChange();
  const runner = useMemo(() => new CommandRunner(api, painter, BUSIEST), [api, painter]);
  const [live, setLive] = useState(true);
  const [state, setState] = useState<Pick<ProcessReading, 'list' | 'problem'>>({ list: notKnown(), problem: '' });
  const { nodeId } = node;
  const heard = answers(node);
  const reads = wanted && live && heard && isOffered(node) && refusal === '';
  useEffect(() => {
    if (!reads) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    let readings = 0;
    const read = async (): Promise<void> => {
      if (document.hidden) {
        timer = setTimeout(look, APART_MS);
        return;
      }
      const run = await runner.run({ node: nodeId, command: PROCESS_LIST, arguments: { sort: 'cpu', limit: '10000' }, timeoutMs: 10_000 });
      if (ended) return;
      const problem = run.problem || (run.end?.status === 'ok' ? '' : (run.end?.problem ?? ''));
      if (problem !== '') {
        fail(problem);
        return;
      }
      setState({ list: readProcessList(plainText(run.text), fleet.now()), problem: '' });
      if (++readings >= STOPS_AFTER) setLive(false);
      else timer = setTimeout(look, APART_MS);
    };
    const fail = (problem: string): void => {
      setState(({ list }) => ({ list: stale(list, problem), problem }));
      setLive(false);
    };
    const look = (): void => {
      read().catch((error: unknown) => fail(messageOf(error)));
    };
    look();
    return () => {
      ended = true;
      clearTimeout(timer);
      runner.stop();
    };
  }, [runner, fleet, nodeId, reads]);
  const controls = { live, setLive };
  if (!heard) return { list: stale(state.list, ''), problem: 'The node does not answer. This list is from its last answer.', ...controls };
  return { ...state, ...controls, ...(refusal === '' ? {} : { problem: refusal }) };
}
