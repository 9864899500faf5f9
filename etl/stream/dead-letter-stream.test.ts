import { type JetStreamClient, NatsError } from 'nats';
import { expect, it } from 'vitest';
import type { DeadLetter } from '../telemetry/dead-letter.ts';
import { DeadLetterStream } from './dead-letter-stream.ts';

const LETTER: DeadLetter = { nodeId: 'n', epoch: '00', seq: 1, measurement: 'm', reason: 'not_finite', detail: '', receivedUs: 1 };

/** Stores one letter in a stream that answers each attempt with the next of these; then it takes it. */
async function store(...answers: Error[]): Promise<{ attempts: number; times: number[]; lost: string[] }> {
  const found = { attempts: 0, times: [] as number[], lost: [] as string[] };
  const publish = async (): Promise<void> => {
    found.times.push(performance.now());
    const answer = answers[found.attempts++];
    if (answer !== undefined) throw answer;
  };
  const connection = { jetstream: () => ({ publish }) as unknown as JetStreamClient };
  await new DeadLetterStream(connection, { deadLetterLost: (reason) => found.lost.push(reason) }, 10).store([LETTER]);
  return found;
}

it('waits between its attempts while nobody answers', async () => {
  const { attempts, times, lost } = await store(...Array.from({ length: 4 }, () => new NatsError('no responders', '503')));
  expect([attempts, lost]).toEqual([5, []]);
  expect((times[4] as number) - (times[0] as number)).toBeGreaterThan(90);
});

it('counts a letter that nobody took', async () => {
  expect(await store(...Array.from({ length: 9 }, () => new NatsError('timeout', 'TIMEOUT')))).toMatchObject({
    attempts: 5,
    lost: ['not_finite'],
  });
});

it('does not ask a full stream twice', async () => {
  const full = Object.assign(new NatsError('maximum bytes exceeded', '503'), {
    api_error: { code: 503, err_code: 10077, description: 'maximum bytes exceeded' },
  });
  expect(await store(full, full)).toMatchObject({ attempts: 1, lost: ['not_finite'] });
});
