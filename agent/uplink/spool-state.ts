// What a heartbeat says of the spool.
import type { SpoolState } from '../../proto/gen/messages.ts';
import type { Spool } from '../spool/spool.ts';
import type { Attempts } from './attempts.ts';

/**
 * The numbers are those of the oldest epoch that holds something, so that whoever settles the ledger waits for it; what it holds is said of all
 * epochs together.
 */
export function toSpoolState(spool: Spool, attempts: Attempts | undefined): SpoolState {
  const present = spool.status();
  const { epoch, oldestSeq, nextSeq } = spool.backlog?.[0]?.status() ?? present;
  const { bytes, rows, oldestUs, drops, setAside } = spool.statistics?.() ?? { ...present, oldestUs: 0, drops: [], setAside: 0 };
  return {
    ...{ epoch, oldestSeq, nextSeq, bytes, rows, oldestUs, setAside },
    drops: [...drops],
    durable: present.durable,
    problem: present.problem,
    retries: attempts?.retries ?? 0,
    lastError: attempts?.of({ epoch: Buffer.from(epoch).toString('hex'), seq: oldestSeq })?.lastError ?? '',
  };
}
