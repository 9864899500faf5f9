// Leaves secrets out of a command line, of which the arguments are known one by one: there a value ends with its argument, whatever it holds.
import { MASK, maskText, takesSecret } from '../../core/common/mask-text.ts';
import { isSecretName } from '../../core/common/secret-names.ts';

interface ShortOption {
  program: RegExp;
  /** Only where this is among the arguments. */
  verb?: string;
  separate?: RegExp;
  joined?: RegExp;
}

/** Programs with a short option for a secret: behind it, or stuck to it. */
const SHORT_OPTIONS: readonly ShortOption[] = [
  { program: /^(?:mysql|mariadb|mycli)[\w-]*$/, joined: /^(-p)(.+)$/s },
  { program: /^sshpass$/, separate: /^-p$/, joined: /^(-p)(.+)$/s },
  { program: /^(?:mongo\w*|rabbitmqadmin|rdesktop|ncftp\w*)$/, separate: /^-p$/, joined: /^(-p)(.+)$/s },
  { program: /^(?:docker|podman|buildah|skopeo|nerdctl|helm|az|oc|cf)$/, verb: 'login', separate: /^-p$/, joined: /^(-p)(.+)$/s },
  { program: /^redis-(?:cli|benchmark)$|^valkey-cli$/, separate: /^-a$/, joined: /^(-a)(.+)$/s },
  { program: /^ldap\w+$/, separate: /^-w$/, joined: /^(-w)(.+)$/s },
  { program: /^(?:ipmitool|sqlcmd|bcp|isql|tsql|bsqldb|zip|unzip|vncviewer)$/, separate: /^-P$/, joined: /^(-P)(.+)$/s },
  { program: /^(?:7z[arz]?|(?:un)?rar)$/, joined: /^(-h?p)(.+)$/s },
  { program: /^snmp\w+$/, separate: /^-[cAX]$/, joined: /^(-[cAX])(.+)$/s },
  { program: /^(?:smb\w+|rpcclient|net|winexe|wmic|samba-tool)$/, joined: /^(-U[^%\s]*%)(.+)$/s },
  { program: /^openssl$/, separate: /^-[kK]$/, joined: /^((?:pass|key):)(.+)$/s },
  { program: /^(?:x|w)?freerdp\d?$/, joined: /^(\/p:)(.+)$/s },
  { program: /^(?:nmcli|wpa_cli|iwctl)$/, separate: /(?:^|\.)(?:password|psk|passphrase|wep-key\d?)$/ },
];
/** `name:password` of programs that fetch; elsewhere numbers behind the colon are a group. */
const FETCHERS = /^(?:curl|wget|https?|xh|aria2c|lftp)$/;
const USER_OPTION = /^(?:-u|-U|--user|--proxy-user|--auth)$/;
const USER_OPTION_WITH_VALUE = /^(--(?:user|proxy-user|auth)=)(.+)$/s;
const FETCHER_OPTION = /^-a$/;
/** Behind options without a value, too: `-sSuname:password`. */
const FETCHER_JOINED = /^(-[0-9fgGiIjJklLMnNOpqRsSvZ#]*[uUa][^\s:,]*[:,])(?!\/\/)(.+)$/s;
/** Its value is `file:password`. */
const CERTIFICATE_OPTION = /^(?:-E|--cert|--proxy-cert)$/;
/** More of a command line is not looked at. */
const MAX_CHARACTERS = 4096;
const SAMBA_USER = /^([^%\s]+)%(.+)$/s;
const ORACLE = /^(?:sqlplus|expdp|impdp|exp|imp|sqlldr|rman|dgmgrl)$/;
const RUNS_A_LINE = /^-[a-z]*c$/;
const HEADER = /^([A-Za-z][\w-]*):\s*\S/;

/** The arguments, `***` in place of each secret. */
export function maskArguments(args: readonly string[]): string[] {
  const program = basename(args[0] ?? '');
  const maskOption = optionMask(args);
  return args.map((arg, at) => {
    if (at === 0 && args.length > 1) return maskText(arg);
    const before = args[at - 1] ?? '';
    const masked = maskOption(before, arg);
    if (masked !== undefined) return masked;
    if (at > 1 && namesSecret(before) && !/^--?[A-Za-z]/.test(arg)) return MASK;
    if (takesSecret(before) && !before.includes('=') && !/^--?[A-Za-z]/.test(arg)) return MASK;
    if (ORACLE.test(program) && /^[^/\s]+\/[^@\s]+/.test(arg)) return arg.replace(/\/[^@\s]+/, `/${MASK}`);
    if (RUNS_A_LINE.test(before) || args.length === 1) return maskLine(arg);
    return maskWhole(arg) ?? maskText(arg);
  });
}

/** `aws configure set aws_secret_access_key …`: a name of several words; a word alone (`token create`) is mostly a verb's object. */
function namesSecret(word: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)+$/.test(word) && isSecretName(word);
}

/** What /proc/PID/cmdline holds: arguments with a NUL behind each. `maxCharacters` of it are shown at most. */
export function maskCommandLine(commandLine: string, maxCharacters: number): string {
  const args = commandLine
    .slice(0, MAX_CHARACTERS)
    .replace(/[\0\s]{1,64}$/, '')
    .split('\0');
  const shown = maskArguments(args).join(' ').trim();
  return shown.length > maxCharacters ? `${shown.slice(0, maxCharacters - 1)}…` : shown;
}

/** For the programs that are among the words: the word behind `option` without its secret; undefined where it has none. */
function optionMask(words: readonly string[]): (option: string, word: string) => string | undefined {
  const names = new Set(
    words.filter((word) => !word.startsWith('-') && word.length < 256).map((word) => basename(word.replace(/^["'(]+/, ''))),
  );
  const known = (program: RegExp): boolean => [...names].some((name) => program.test(name));
  const short = SHORT_OPTIONS.filter(({ program, verb }) => known(program) && (verb === undefined || names.has(verb)));
  const isFetcher = known(FETCHERS);
  return (option, word) => {
    const joined = short.map((one) => one.joined?.exec(word)).find((match) => match);
    if (joined) return `${joined[1]}${MASK}`;
    if (short.some((one) => one.separate?.test(option))) return MASK;
    const [, name, value] = USER_OPTION_WITH_VALUE.exec(word) ?? [];
    const masked = value === undefined ? undefined : maskUserPassword(value, isFetcher);
    if (masked !== undefined) return `${name}${masked}`;
    if (isFetcher && FETCHER_JOINED.test(word)) return word.replace(FETCHER_JOINED, `$1${MASK}`);
    if (isFetcher && CERTIFICATE_OPTION.test(option) && word.includes(':')) return word.replace(/:.*$/s, `:${MASK}`);
    return USER_OPTION.test(option) || (isFetcher && FETCHER_OPTION.test(option)) ? maskUserPassword(word, isFetcher) : undefined;
  };
}

/** A line for a shell, or a title that a program gave itself: where its words end is not known for sure. */
function maskLine(line: string): string {
  const pieces = line.split(/(\s+)/);
  if (pieces.length < 3) return maskWhole(line) ?? maskText(line);
  const maskOption = optionMask(pieces);
  const masked = pieces.map((piece, at) => (at < 2 || at % 2 === 1 ? piece : (maskOption(pieces[at - 2]!, piece) ?? piece)));
  return maskText(masked.join(''));
}

/** `--password=…`, `PASSWORD=…` and `Authorization: …` to their end; undefined for anything else. */
function maskWhole(arg: string): string | undefined {
  const equals = arg.indexOf('=');
  const name = arg.slice(0, Math.max(equals, 0));
  if (equals > 0 && /^-{0,2}[A-Za-z_][\w.:-]*$/.test(name) && isSecretName(name.replace(/^-+/, ''))) return `${name}=${MASK}`;
  const header = HEADER.exec(arg)?.[1];
  return header !== undefined && isSecretName(header) ? `${header}: ${MASK}` : undefined;
}

function maskUserPassword(value: string, isFetcher: boolean): string | undefined {
  const samba = SAMBA_USER.exec(value);
  if (samba !== null) return `${samba[1]}%${MASK}`;
  const [, name, password] = /^(["']?[^\s:/,@]*)[:,](?!\/)(.+)$/s.exec(value) ?? [];
  if (name === undefined || (!isFetcher && /^\d+$/.test(password as string))) return undefined;
  return `${name}:${MASK}`;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
