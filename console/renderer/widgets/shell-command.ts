// Calls of grpcurl and of the `muster` program as a POSIX shell takes them. Names and values come from hosts: each is one quoted word.

/** The text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `muster query '…'`. */
export function musterQuery(sql: string): string {
  return `muster query ${shellWord(sql)}`;
}

/**
 * A call of the FleetService with the files where `muster up` keeps them; `gateway` is `host:port`. `$STATE` is the state folder, as in
 * the README: no path and no token of this machine is in it.
 */
export function grpcurlCall(gateway: string, method: string, request: object): string {
  return [
    'grpcurl -cacert "$STATE/ca/fleet-ca.crt" -H "authorization: Bearer $(cat "$STATE/secrets/operator.token")"',
    `-d ${shellWord(JSON.stringify(request))} ${shellWord(gateway)} muster.v1.FleetService/${method}`,
  ].join(' \\\n  ');
}

/** `muster run NODE COMMAND name=value …`. */
export function musterRun(node: string, command: string, given: Readonly<Record<string, string>>): string {
  const words = Object.entries(given).flatMap(([name, value]) =>
    value === '' ? [] : [name === '' ? value : shellWord(`${name}=${value}`)],
  );
  return ['muster run', shellWord(node), shellWord(command), ...words].join(' ');
}
