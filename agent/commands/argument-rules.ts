// Typed arguments of commands: read by rules, refused in words. Nothing that passes here can be taken for an option of a program.
import { isIP } from 'node:net';
import { MusterError } from '../../core/common/muster-error.ts';

/** Reads one argument; throws `invalid_argument` with what would be acceptable. */
export interface ArgumentRule<T extends string | number | boolean = string | number | boolean> {
  readonly what: string;
  /** Used where the argument is absent; without it the argument is needed. */
  readonly fallback?: T;
  /** Undefined for what is not acceptable. */
  read(text: string): T | undefined;
}

export type ArgumentRules = Readonly<Record<string, ArgumentRule>>;

/** Arguments that passed their rules. */
export type Arguments = Readonly<Record<string, string | number | boolean>>;

const SHOWN = 80;

export function readArguments(command: string, rules: ArgumentRules, given: Readonly<Record<string, string>>): Arguments {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    const known = Object.keys(rules).join(', ') || 'none';
    throw new MusterError('invalid_argument', `${command} has no argument ${shown(unknown)}: it takes ${known}`);
  }
  const read: Record<string, string | number | boolean> = {};
  for (const [name, rule] of Object.entries(rules)) {
    const text = given[name];
    if (text === undefined && rule.fallback === undefined) {
      throw new MusterError('invalid_argument', `${command} needs the argument ${name}: ${rule.what}`);
    }
    const value = text === undefined ? rule.fallback : rule.read(text);
    if (value === undefined) throw new MusterError('invalid_argument', `${name} is ${shown(text ?? '')}: ${rule.what} is needed`);
    read[name] = value;
  }
  return read;
}

function shown(text: string): string {
  return JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
}

export function wholeNumber(least: number, most: number, fallback: number): ArgumentRule<number> {
  return {
    what: `a whole number from ${least} to ${most}`,
    fallback,
    read(text) {
      const value = Number(text);
      return /^\d{1,9}$/.test(text) && value >= least && value <= most ? value : undefined;
    },
  };
}

export function oneOf(words: readonly string[], fallback: string): ArgumentRule<string> {
  return { what: `one of ${words.join(', ')}`, fallback, read: (text) => (words.includes(text) ? text : undefined) };
}

export function yesOrNo(fallback: boolean): ArgumentRule<boolean> {
  return {
    what: 'true or false',
    fallback,
    read: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
  };
}

/** A name or an address. It begins with a letter, a digit or an underscore, so it is no option; an IPv6 address may begin with a colon. */
export const HOST: ArgumentRule<string> = {
  what: 'a host name or an IP address',
  read: (text) => (isIP(text) !== 0 || /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(text) ? text : undefined),
};

export const UNIT: ArgumentRule<string> = {
  what: 'the name of a unit, such as nginx.service,',
  read: (text) => (/^[A-Za-z0-9:_.@][A-Za-z0-9:_.@-]{0,254}$/.test(text) ? text : undefined),
};
