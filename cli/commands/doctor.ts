// `muster doctor`: what is wrong with a running deployment, and what to do about each finding.
import { Command } from 'commander';
import { EXIT } from '../../core/node/exit-code.ts';
import { examine } from '../doctor/examine.ts';
import type { Finding, Level } from '../doctor/finding.ts';
import { findTarget, type TargetOptions, withTarget } from '../fleet/fleet-target.ts';
import { findHome, StateFolder } from '../state/state-folder.ts';
import { readUpRecord, type UpRecord } from '../state/up-record.ts';
import type { Output } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';
import { type Column, tableLines } from '../terminal/table.ts';
import { action, type CommandContext, withClient } from './command-context.ts';

type Options = TargetOptions & { json?: true };

export function doctorCommand(context: CommandContext): Command {
  return withTarget(new Command('doctor'))
    .description('Examine a running deployment, and say what to do about each finding')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nIt changes nothing. It looks at ports, certificates, clocks, versions, the disk left, whether acknowledgements are on disk, lag, suspended tables,\ndead letters, nodes that are late or silent, the ledger, and whether the audit is whole.\nExit code: 0 when there is no problem (warnings may be), 1 when there is one, 69 when the gateway cannot be reached.\n\nExamples:\n  muster doctor\n  muster doctor --json | jq -r \'.findings[] | select(.level != "ok") | .advice\'\n  muster doctor --gateway fleet.example:7443 --ca-file ca.crt --token-file token',
    )
    .action(action<Options>(context, (options) => doctor(options, context)));
}

async function doctor(options: Options, context: CommandContext): Promise<number> {
  const { output } = context;
  const target = findTarget(options, context.env);
  const { reached, findings } = await withClient(context, options, (client) =>
    examine({ target, client, record: localRecord(options, context, target.gateway) }),
  );
  const problems = count(findings, 'problem');
  if (options.json) output.json({ ok: problems === 0, reached, findings });
  else show(findings, output);
  output.note(verdict(problems, count(findings, 'warning')));
  if (!reached) return EXIT.unavailable;
  return problems === 0 ? EXIT.ok : EXIT.failure;
}

/** Of `muster up` here, where its gateway is the one that is asked: then its parts can be looked at, too. */
function localRecord(options: Options, { env }: CommandContext, gateway: string): UpRecord | undefined {
  const record = readUpRecord(new StateFolder(findHome(options.home, env)).upFile);
  return record?.addresses.gateway === gateway ? record : undefined;
}

function show(findings: readonly Finding[], output: Output): void {
  const [head = '', ...lines] = tableLines(columns(output.paint), findings, output.paint.bold);
  output.line(head);
  findings.forEach(({ advice }, i) => {
    output.line(lines[i]);
    if (advice !== '') output.line(`    → ${printable(advice)}`);
  });
}

const WORDS: Record<Level, string> = { ok: 'ok', warning: 'WARNING', problem: 'PROBLEM' };

function columns(paint: Output['paint']): Column<Finding>[] {
  const colour: Record<Level, (text: string) => string> = { ok: paint.green, warning: paint.yellow, problem: paint.red };
  return [
    { header: 'CHECK', text: ({ check }) => check },
    { header: 'RESULT', text: ({ level }) => WORDS[level], paint: (text, { level }) => colour[level](text) },
    { header: 'FOUND', text: ({ detail }) => detail, maxWidth: 240 },
  ];
}

function count(findings: readonly Finding[], level: Level): number {
  return findings.filter((finding) => finding.level === level).length;
}

function verdict(problems: number, warnings: number): string {
  if (problems + warnings === 0) return 'all is well';
  const words = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return [problems > 0 ? words(problems, 'problem') : '', warnings > 0 ? words(warnings, 'warning') : ''].filter(Boolean).join(', ');
}
