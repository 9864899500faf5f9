// `muster smoke`: all doors of a running system in a minute, one line each.
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { assertMayChange } from '../fleet/open-fleet.ts';
import { doorChecks } from '../smoke/door-checks.ts';
import { grpcChecks } from '../smoke/grpc-checks.ts';
import { runChecks, type SmokeOutcome } from '../smoke/smoke-check.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord } from '../state/up-record.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

type Options = TargetOptions & { json?: true };

export function smokeCommand(context: CommandContext): Command {
  return withTarget(new Command('smoke'))
    .description('Check every door of a running system in a minute')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nIt writes some rows into the tables smoke and uptime, as the node smoke-test.\nExit code: 0 when all is well, 1 when one check fails.\n\nExamples:\n  muster smoke\n  muster smoke --gateway fleet.example:7443 --ca-file ca.crt --token-file token',
    )
    .action(action<Options>(context, (options) => smoke(options, context)));
}

async function smoke(options: Options, context: CommandContext): Promise<number> {
  const { output, env } = context;
  const target = findTarget(options, env);
  assertMayChange(target, 'a smoke test, which writes some rows,');
  const record = readUpRecord(new StateFolder(findHome(options.home, env)).upFile);
  const webConsole = record?.ready === true && record.addresses.gateway === target.gateway ? record.addresses.webConsole : '';
  const outcomes = await withClient(context, options, (client) =>
    runChecks([...grpcChecks(target), ...doorChecks({ target, client, webConsole })], ({ check, ok }) => {
      if (output.interactive && !options.json) output.note(`${ok ? 'ok' : 'FAILED'}  ${check}`);
    }),
  );
  const failed = outcomes.filter(({ ok }) => !ok).length;
  if (options.json) output.json({ ok: failed === 0, checks: outcomes });
  else for (const line of tableLines(columns(output.paint), outcomes, output.paint.bold)) output.line(line);
  output.note(failed === 0 ? `all ${outcomes.length} checks are well` : `${failed} of ${outcomes.length} checks failed`);
  return failed === 0 ? EXIT.ok : EXIT.failure;
}

function columns(paint: CommandContext['output']['paint']): Column<SmokeOutcome>[] {
  return [
    { header: 'CHECK', text: ({ check }) => check },
    { header: 'RESULT', text: ({ ok }) => (ok ? 'ok' : 'FAILED'), paint: (text, { ok }) => (ok ? paint.green(text) : paint.red(text)) },
    { header: 'MS', text: ({ milliseconds }) => String(milliseconds), align: 'right' },
    { header: 'DETAIL', text: ({ detail }) => detail, maxWidth: 160 },
  ];
}
