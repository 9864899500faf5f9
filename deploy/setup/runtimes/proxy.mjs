// Downloads behind a proxy: HTTPS_PROXY, HTTP_PROXY and NO_PROXY, which Node's fetch does not read by itself.
import http from 'node:http';

const VARIABLES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
/** What is on this machine is asked directly, whatever NO_PROXY says. */
const LOOPBACK = 'localhost,127.0.0.1,::1';

let users = 0;
let restore = () => undefined;

/** The variable that names a proxy, where Node was not told to use it itself. @param {NodeJS.ProcessEnv} env */
function proxyVariable(env) {
  return env.NODE_USE_ENV_PROXY ? undefined : VARIABLES.find((name) => env[name]);
}

/**
 * Has fetch use the proxy of the environment until the function that it gives is called.
 * @param {NodeJS.ProcessEnv} env
 * @returns {() => void}
 */
export function useProxy(env) {
  const { setGlobalProxyFromEnv } =
    /** @type {{ setGlobalProxyFromEnv?: (env: Record<string, string | undefined>) => () => undefined }} */ (http);
  if (proxyVariable(env) === undefined || setGlobalProxyFromEnv === undefined) return () => undefined;
  if (users++ === 0) {
    const direct = [env.no_proxy ?? env.NO_PROXY, LOOPBACK].filter(Boolean).join(',');
    restore = setGlobalProxyFromEnv({ ...env, NO_PROXY: direct, no_proxy: direct });
  }
  let used = true;
  return () => {
    if (!used) return;
    used = false;
    if (--users === 0) restore();
  };
}

/** Why the proxy of the environment was not asked; empty where there is none, or it was. @param {NodeJS.ProcessEnv} env */
export function unusedProxyWords(env) {
  const variable = proxyVariable(env);
  if (variable === undefined || 'setGlobalProxyFromEnv' in http) return '';
  return `; ${variable} is set, which Node ${process.versions.node} does not use: start with Node 24.14 or newer`;
}
