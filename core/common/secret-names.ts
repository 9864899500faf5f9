// Which names of options, variables, parameters and headers have a secret as their value.

/** Parts of a name, in small letters, each of which makes its value a secret. */
const WORDS = new Set(
  (
    'pass password passwd passphrase passcode pwd pw psk secret secrets token apikey passkey credential credentials authorization ' +
    'signature sig bearer jwt cookie otp bindpw rootpw'
  ).split(' '),
);
/** Written without a separator: PGPASSWORD, authtoken, requirepass. */
const ENDINGS = /(?:password|passwd|passphrase|secret|token|apikey|accesskey|secretkey|privatekey|authkey|accountkey|credentials?|pass)$/;
const NO_PASSES = new Set('bypass compass trespass overpass underpass surpass multipass singlepass onepass twopass'.split(' '));
/** What makes a key more than a name or a place on a keyboard. */
const KEY_OF = new Set(
  (
    'api access secret private encryption encrypt signing sign shared account auth master storage service app consumer aes hmac jwt session ' +
    'cookie webhook deploy subscription license registration'
  ).split(' '),
);
/** Behind one of those a name tells whom to ask for the secret or how long it lives, not what it is. */
const ABOUT = new Set('url uri endpoint ttl name length size type expiry expires timeout policy count mode'.split(' '));

/** Only before an equals sign or a colon: `--auth` alone is mostly a switch. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  if (words.length > 1 && ABOUT.has(words.at(-1) as string)) return false;
  return words.some((word, at) => {
    if (WORDS.has(word)) return true;
    if (ENDINGS.test(word)) return !NO_PASSES.has(word);
    return word === 'key' && KEY_OF.has(words[at - 1] ?? '');
  });
}

/** In a URL's query a bare `key` or `auth` is a secret as well. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || /^(?:key|auth|access|code)$/i.test(name);
}

/** `dbPassword2`, `DB_PASSWORD` and `db-password` are the same two words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}
