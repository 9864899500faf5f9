// The epochs whose batches one stream carries: the newest samples in one, what waited through an outage in another, each with numbers of its own.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Hello } from '../../proto/gen/messages.ts';
import { Sequence } from './sequence.ts';

/** An agent has the epoch of new batches and a few that it drains; more at once is no agent of ours. */
const MAX_LANES = 8;

export interface EpochLane {
  readonly epoch: Buffer;
  sequence: Sequence;
}

export class EpochLanes {
  readonly #lanes: EpochLane[] = [];

  /** Batches taken and not done with, of all epochs. */
  get open(): number {
    let open = 0;
    for (const { sequence } of this.#lanes) open += sequence.open;
    return open;
  }

  /** The epoch of new batches. */
  get first(): EpochLane | undefined {
    return this.#lanes[0];
  }

  get all(): readonly EpochLane[] {
    return this.#lanes;
  }

  /**
   * Takes the numbers of an epoch from `oldest_seq` on. An epoch that the stream carries already may go on at a later number, past a hole, when
   * what came before is settled. Throws `malformed` for a hello that does not fit what came before.
   */
  begin(hello: Hello): EpochLane {
    const lane = this.of(hello.epoch);
    if (lane === undefined) {
      this.#makeRoom();
      // The epoch is a view of the message; the rest of the message need not be kept for it.
      const added = { epoch: Buffer.from(hello.epoch), sequence: new Sequence(hello.oldestSeq) };
      this.#lanes.push(added);
      return added;
    }
    const { open, expected } = lane.sequence;
    if (open > 0 || hello.oldestSeq < expected) {
      throw new MusterError(
        'malformed',
        `a second hello of an epoch came at ${hello.oldestSeq}: ${expected} is waited for, ${open} are open`,
      );
    }
    lane.sequence = new Sequence(hello.oldestSeq);
    return lane;
  }

  /** The oldest epoch that has nothing open makes room: its numbers begin with a hello again. */
  #makeRoom(): void {
    if (this.#lanes.length < MAX_LANES) return;
    const idle = this.#lanes.findIndex(({ sequence }, i) => i > 0 && sequence.open === 0);
    if (idle < 0) throw new MusterError('malformed', `the stream has batches of ${MAX_LANES} epochs open: no more are taken at once`);
    this.#lanes.splice(idle, 1);
  }

  of(epoch: Uint8Array): EpochLane | undefined {
    return this.#lanes.find((lane) => Buffer.compare(lane.epoch, epoch) === 0);
  }
}
