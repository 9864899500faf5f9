// What a person pastes on a machine that joins. Pure.
// The CA comes first and is compared with its fingerprint before anything is run; all else comes by TLS that this CA signs. The token goes to the
// shell by its standard input: it stands in no address and in no list of processes.

export interface JoinLineText {
  system: 'linux' | 'container' | 'macos' | 'windows';
  text: string;
  needs: string;
}

/** Stands where the secret of a join token belongs. */
export const TOKEN_PLACE = 'TOKEN_HERE';

const WRONG_CA = 'this is not the CA of the fleet: nothing was run';

/** `address` is host:port, `caSha256` that of the file of the CA. */
export function joinLines(address: string, caSha256: string, executables: readonly string[]): JoinLineText[] {
  const noExecutable =
    executables.length === 0 ? 'Node 24 or newer: this gateway has no executable (npm run package -- agent builds one)' : '';
  return [
    { system: 'linux', text: shellLine(address, caSha256, 'linux', '$(command -v sudo) sh'), needs: noExecutable },
    { system: 'container', text: shellLine(address, caSha256, 'linux', 'sh', ' MUSTER_SERVICE=no'), needs: noExecutable },
    { system: 'macos', text: shellLine(address, caSha256, 'macos', 'sudo sh'), needs: 'Node 24 or newer' },
    {
      system: 'windows',
      text: powerShellLine(address, caSha256),
      needs: 'Node 24 or newer for all users, and a PowerShell run as administrator',
    },
  ];
}

function shellLine(address: string, caSha256: string, script: string, shell: string, more = ''): string {
  const sum = script === 'macos' ? 'shasum -a 256' : 'sha256sum';
  return [
    `f=$(mktemp) && curl -fsSk 'https://${address}/join/ca.pem' -o "$f"`,
    `echo '${caSha256}  '"$f" | ${sum} -c`,
    `{ echo MUSTER_JOIN_TOKEN='${TOKEN_PLACE}'${more}; curl -fsS --cacert "$f" 'https://${address}/join/${script}' || echo exit 1; } | ${shell}`,
  ].join(' && ');
}

function powerShellLine(address: string, caSha256: string): string {
  return [
    `$env:MUSTER_JOIN_TOKEN='${TOKEN_PLACE}'; $f="$env:TEMP\\muster-ca.pem"; curl.exe -fsSk 'https://${address}/join/ca.pem' -o $f`,
    `if ((Get-FileHash $f).Hash -ne '${caSha256}') { throw '${WRONG_CA}' }`,
    `curl.exe -fsS --ssl-no-revoke --cacert $f 'https://${address}/join/windows' | Out-String | Invoke-Expression`,
  ].join('; ');
}
