// docs/reference/settings.md: every setting of every program, from its declaration.
import { AGENT_DECLARATION } from '../../agent/config.ts';
import { SIMULATE_DECLARATION } from '../../agent/simulate/config.ts';
import { MAIN_SETTINGS } from '../../console/main/config.ts';
import { WEB_SETTINGS } from '../../console/web/config.ts';
import { type Declaration, settingWords } from '../../core/node/config.ts';
import { ETL_DECLARATION } from '../../etl/config.ts';
import { EXTRACTION_QUERY_SETTINGS, EXTRACTION_SETTINGS } from '../../etl/sources/prometheus/setting-help.ts';
import { GATEWAY_CONFIG } from '../../gateway/config.ts';
import { code, codeOrNothing, page, table, wrap } from './markdown.ts';

interface Part {
  title: string;
  /** As variables name it. */
  part: string;
  declaration: Declaration;
  about: string;
}

const PARTS: readonly Part[] = [
  { title: 'Agent', part: 'agent', declaration: AGENT_DECLARATION, about: 'The program `muster-agent`, or `muster agent run`.' },
  { title: 'Gateway', part: 'gateway', declaration: GATEWAY_CONFIG, about: 'Where agents connect and operators ask.' },
  { title: 'ETL', part: 'etl', declaration: ETL_DECLARATION, about: 'Writes what JetStream holds to QuestDB.' },
  { title: 'Web console', part: 'console_web', declaration: WEB_SETTINGS, about: 'The console in a browser.' },
  { title: 'Desktop console', part: 'console', declaration: MAIN_SETTINGS, about: 'The console in its own window.' },
  { title: 'Simulated agents', part: 'simulate', declaration: SIMULATE_DECLARATION, about: 'The program behind `muster simulate`.' },
];

function rowsOf({ part, declaration }: Part): string[][] {
  return settingWords(part, declaration).map(({ key, fallback, needed, unit, help, variable, secret }) => [
    code(key),
    needed ? 'required' : codeOrNothing(fallback),
    unit,
    help,
    code(variable),
    secret ? 'yes' : 'no',
  ]);
}

/** Of a file alone: neither flag nor variable. */
function keysOf(declaration: Declaration): string {
  const rows = settingWords('', declaration).map(({ key, fallback, needed, help }) => [
    code(key),
    needed ? 'required' : codeOrNothing(fallback),
    help,
  ]);
  return table(['Key', 'Default', 'Meaning'], rows);
}

export function settingsPage(): string {
  return page(
    '# Settings',
    wrap(
      'Each program reads its settings from flags, then environment variables, then the YAML file named by `--config`, then the defaults. ' +
        'The key `metricsPort` is the flag `--metrics-port`. A key that does not exist is an error that names the nearest one.',
    ),
    wrap('Credentials stand in files, and a setting names the file. The value of a setting marked as a secret is shown as `***`.'),
    ...PARTS.flatMap((part) => [
      `## ${part.title}`,
      part.about,
      table(['Key', 'Default', 'Unit', 'Meaning', 'Variable', 'Secret'], rowsOf(part)),
    ]),
    '## Prometheus extraction',
    'The YAML file of `muster etl prometheus --config FILE`. Durations have their unit.',
    keysOf(EXTRACTION_SETTINGS),
    '### Queries',
    keysOf(EXTRACTION_QUERY_SETTINGS),
  );
}
