// How the help of every command looks.
import type { HelpConfiguration, Option } from 'commander';
import type { DurationOption } from './duration.ts';

export const HELP: HelpConfiguration = { sortSubcommands: false, showGlobalOptions: false, optionDescription };

/** A default is named where it says something, as one would type it; not where the description names it. */
function optionDescription(option: Option): string {
  const { description, argChoices, variadic } = option;
  const more = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(/\(default\b/.test(description) ? [] : [defaultOf(option)].filter((text) => text !== '').map((text) => `default: ${text}`)),
    ...(variadic ? ['several may be given'] : []),
  ];
  return more.length === 0 ? description : `${description} (${more.join('; ')})`;
}

function defaultOf({ defaultValue, defaultValueDescription, parseArg, negate }: Option): string {
  if (defaultValueDescription !== undefined) return defaultValueDescription;
  const shown = (parseArg as Partial<DurationOption> | undefined)?.shown;
  if (shown !== undefined) return shown(defaultValue);
  if (negate || defaultValue === undefined || defaultValue === null || typeof defaultValue === 'boolean') return '';
  return typeof defaultValue === 'object' ? '' : String(defaultValue);
}
