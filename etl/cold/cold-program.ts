// The short-lived process of one pass: the ETL's own configuration in, one JSON line out.
import { mkdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { takeProcessLock } from '../../core/node/process-lock.ts';
import { type EtlConfig, telemetryRetention } from '../config.ts';
import { QuestdbHttp } from '../questdb/questdb-http.ts';
import { type ColdPassResult, runColdPass } from './cold-pass.ts';

export async function coldProgram(config: EtlConfig): Promise<void> {
  setPriority(constants.priority.PRIORITY_LOW);
  const database = new QuestdbHttp({
    url: config.questdbHttpUrl,
    user: config.questdbHttpUser,
    passwordFile: config.questdbHttpPasswordFile,
  });
  const { coldFolder: folder } = config;
  const { ttlDays: telemetryTtlDays } = telemetryRetention(config);
  mkdirSync(folder, { recursive: true });
  const lock = takeProcessLock(join(folder, 'cold'));
  // Another ETL has it in hand, and what it does not come to waits for the next hour.
  const result: ColdPassResult =
    'heldBy' in lock
      ? { written: [], released: 0, problems: [] }
      : await runColdPass(database, { folder, telemetryTtlDays, nowMs: Date.now() });
  database.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
