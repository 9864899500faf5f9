// Leaves secrets out of any text that is stored, logged or shown: addresses, parameters, headers, keys and tokens. Its time grows with the text
// alone, for anybody may write what stands in a command line.
import { isSecretName, isSecretParameter } from './secret-names.ts';

export const MASK = '***';

const PRIVATE_KEY = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)[A-Z ]*-----[\s\S]*?(?:-----END [A-Z0-9 ]*-----|$)/g;
/** `scheme://user:password@`; the last @ before the path ends it. */
const USERINFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}:\/\/)([^\s/?#"'<>]*)@/gi;
/** A password that holds what should have been encoded, and no port before a path. */
const RAW_PASSWORD = /(:\/\/[^\s/:@?#"'<>]{0,256}):(?!\d{1,5}[/?#])[^\s/?#@"'<>]{0,256}[/?#][^\s@"'<>]{0,256}@/g;
/** The text was cut before the @. */
const CUT_USERINFO = /(:\/\/[^\s/:@?#"'<>]{1,256}):(?!\d{1,5}$)[^\s/?#@"'<>]+$/;
/** `user:password@host` without a scheme. */
const BARE_USERINFO = /(?<![^\s"'=,])([\w.-]{1,64}):([^\s@/:"']{2,256})@(?=[\w.-]{0,64}[a-z]|\d+\.\d+\.\d+\.\d+)(?!sha\d+:)/gi;
const NO_USERS = /^(?:mailto|sips?|xmpp|acct|npm|git|github|workspace|file|link|portal)$/i;

/** `name=`, `name: ` or `"name": `, and then the value. */
const NAME = /(?<![\w.%-])-{0,2}(["']?)([A-Za-z_][\w.-]*)\1\s*[=:]\s*/g;
const VALUE = /"(?:[^"\\]|\\[\s\S])*"?|'(?:[^'\\]|\\[\s\S])*'?|(?:(?:bearer|basic|token|digest)\s+)?[^\s&;"']+/iy;
const OPTION = /(?<!\S)(--?[A-Za-z][\w.-]*)(\s+)("[^"]*"?|'[^']*'?|[^\s"'-]\S*)/g;
const SCHEME = /\b(bearer|basic|digest)(\s+)([A-Za-z0-9._~+/=-]{8,})/gi;

/** Tokens that their makers gave a form of its own, and addresses that are secrets as a whole. */
const TOKENS = new RegExp(
  [
    String.raw`(?<![\w-])(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b`,
    String.raw`(?<![\w-])gh[pousr]_[A-Za-z0-9]{20,}`,
    String.raw`(?<![\w-])github_pat_[A-Za-z0-9_]{20,}`,
    String.raw`(?<![\w-])gl(?:pat|ptt|dt|rt|cbt)-[\w-]{16,}`,
    String.raw`(?<![\w-])xox[abeoprs]-[\w-]{8,}`,
    String.raw`(?<![\w-])eyJ[\w-]{8,}\.[\w-]{2,}(?:\.[\w-]*)?`,
    String.raw`(?<![\w-])AIza[\w-]{30,}`,
    String.raw`(?<![\w-])ya29\.[\w-]{16,}`,
    String.raw`(?<![\w-])[srp]k_(?:live|test)_[A-Za-z0-9]{10,}`,
    String.raw`(?<![\w-])sk-[\w-]{20,}`,
    String.raw`(?<![\w-])npm_[A-Za-z0-9]{30,}`,
    String.raw`(?<![\w-])pypi-[\w-]{30,}`,
    String.raw`(?<![\w-])(?:hv[sbr]|s)\.[A-Za-z0-9_-]{20,}`,
    String.raw`(?<![\w-])do[opr]_v1_[0-9a-f]{32,}`,
    String.raw`(?<![\w-])SG\.[\w-]{16,}\.[\w-]{16,}`,
    String.raw`(?<![\w-])AGE-SECRET-KEY-1[0-9A-Z]{20,}`,
    String.raw`(?<=hooks\.slack\.com/services/)[\w/-]+`,
    String.raw`(?<=/api/webhooks/\d{5,25}/)[\w-]+`,
    String.raw`(?<=/bot\d{5,12}:)[\w-]{20,}`,
  ].join('|'),
  'g',
);

/** The text with `***` in place of each secret. */
export function maskText(text: string): string {
  const addressed = text
    .replace(PRIVATE_KEY, `-----BEGIN $1-----${MASK}`)
    .replace(USERINFO, (_, scheme: string, user: string) => `${scheme}${maskUser(user)}@`)
    .replace(RAW_PASSWORD, `$1:${MASK}@`)
    .replace(CUT_USERINFO, `$1:${MASK}`)
    .replace(BARE_USERINFO, (whole, user: string) => (NO_USERS.test(user) ? whole : `${user}:${MASK}@`));
  return maskValues(addressed)
    .replace(OPTION, (whole, option: string, space: string) => (takesSecret(option) ? `${option}${space}${MASK}` : whole))
    .replace(SCHEME, (whole, scheme: string, space: string, value: string) =>
      isCredential(scheme, value) ? `${scheme}${space}${MASK}` : whole,
    )
    .replace(TOKENS, MASK);
}

/** Does this option, with one dash or two, have a secret behind it as an argument of its own? */
export function takesSecret(option: string): boolean {
  return option.startsWith('-') && isSecretName(option.replace(/^-+/, ''));
}

function maskUser(user: string): string {
  const colon = user.indexOf(':');
  if (colon >= 0) return `${user.slice(0, colon)}:${MASK}`;
  // A name of a person or of a program is short; what is longer is a token in its place.
  return user.length >= 20 ? MASK : user;
}

function maskValues(text: string): string {
  let shown = '';
  let from = 0;
  NAME.lastIndex = 0;
  for (let head = NAME.exec(text); head !== null; head = NAME.exec(text)) {
    const before = text[head.index - 1];
    const name = head[2]!;
    const isSecret = before === '?' || before === '&' ? isSecretParameter(name) : isSecretName(name) || /^auth$/i.test(name);
    VALUE.lastIndex = NAME.lastIndex;
    const value = isSecret ? VALUE.exec(text)?.[0] : undefined;
    // `secret://` is an address.
    if (value === undefined || value.startsWith('//')) continue;
    const marks = value[0] === '"' || value[0] === "'" ? value[0] : '';
    shown += `${text.slice(from, NAME.lastIndex)}${marks}${MASK}${marks}`;
    from = NAME.lastIndex + value.length;
    NAME.lastIndex = from;
  }
  return shown + text.slice(from);
}

function isCredential(scheme: string, value: string): boolean {
  // `Basic authentication` is none.
  return scheme.toLowerCase() === 'bearer' ? true : /[\d=]/.test(value) && value.length >= 12;
}
