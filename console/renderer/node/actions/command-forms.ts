// What each command takes, as the agent checks it: so that a form can ask for it. A command that is not listed takes what is typed.

export type ArgumentField =
  | { kind: 'text'; name: string; label: string; example: string; needed: boolean }
  | { kind: 'number'; name: string; label: string; least: number; most: number; initial: number }
  | { kind: 'choice'; name: string; label: string; choices: readonly string[]; initial: string }
  | { kind: 'switch'; name: string; label: string; initial: boolean };

export interface CommandForm {
  title: string;
  /** What it does, in a sentence. */
  says: string;
  fields: readonly ArgumentField[];
  /** It changes the machine: asks first, with these words. */
  asks?: string;
}

const SOCKET_STATES = ['all', 'open', 'established', 'listen', 'time_wait', 'close_wait', 'syn_sent', 'syn_recv', 'fin_wait1', 'fin_wait2'];
const RECORD_TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'];

const host = (name: string, label: string): ArgumentField => ({ kind: 'text', name, label, example: 'gw.example.com', needed: true });
const unit = (needed: boolean): ArgumentField => ({ kind: 'text', name: 'unit', label: 'Unit', example: 'nginx.service', needed });
const number = (name: string, label: string, least: number, most: number, initial: number): ArgumentField => ({
  kind: 'number',
  name,
  label,
  least,
  most,
  initial,
});

export const COMMAND_FORMS: Readonly<Record<string, CommandForm>> = {
  process_list: {
    title: 'Process list',
    says: 'Processes by CPU, memory or PID, measured over half a second.',
    fields: [
      { kind: 'choice', name: 'sort', label: 'Sort by', choices: ['cpu', 'memory', 'pid'], initial: 'cpu' },
      number('limit', 'At most', 1, 10_000, 50),
    ],
  },
  sockets: {
    title: 'Sockets',
    says: 'TCP and UDP sockets with state and addresses.',
    fields: [
      { kind: 'choice', name: 'state', label: 'State', choices: SOCKET_STATES, initial: 'all' },
      number('limit', 'At most', 1, 10_000, 200),
    ],
  },
  ping: { title: 'Ping', says: 'Sends echo requests from the node.', fields: [host('host', 'Host'), number('count', 'Count', 1, 20, 4)] },
  traceroute: { title: 'Traceroute', says: 'Traces the route from the node to a host.', fields: [host('host', 'Host')] },
  dns: {
    title: 'DNS',
    says: 'Resolves a name on the node.',
    fields: [host('name', 'Name'), { kind: 'choice', name: 'type', label: 'Type', choices: RECORD_TYPES, initial: 'A' }],
  },
  journal: {
    title: 'Journal',
    says: 'Shows the latest lines of a unit, and follows it.',
    fields: [unit(true), number('lines', 'Lines', 1, 1000, 100), { kind: 'switch', name: 'follow', label: 'Follow', initial: false }],
  },
  flush: { title: 'Flush', says: 'Sends all spooled data now.', fields: [] },
  diagnostics: { title: 'Diagnostics', says: 'Shows the state of the agent: collectors, spool, connection.', fields: [] },
  restart_unit: {
    title: 'Restart unit',
    says: 'Restarts a systemd unit.',
    fields: [unit(true)],
    asks: 'The unit stops and starts again. What it serves is unavailable meanwhile.',
  },
  restart_agent: {
    title: 'Restart agent',
    says: 'Restarts the agent. No samples are lost.',
    fields: [],
    asks: 'The agent is back within seconds. Its spool keeps unsent data.',
  },
};

/** Of a command that the console does not know: what its words say, and arguments as they are typed. */
export function formOf(command: string): CommandForm {
  if (Object.hasOwn(COMMAND_FORMS, command)) return COMMAND_FORMS[command] as CommandForm;
  const changes = /restart|stop|kill|remove|delete|write|set_/.test(command);
  return {
    title: command,
    says: 'This console does not know its arguments.',
    fields: [{ kind: 'text', name: '', label: 'Arguments', example: 'name=value name=value', needed: false }],
    ...(changes ? { asks: 'By its name it changes the machine.' } : {}),
  };
}

/** The arguments of what was filled in. Throws a sentence of what is missing. */
export function argumentsOf({ fields }: CommandForm, values: Readonly<Record<string, string>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const field of fields) {
    const value = (values[field.name] ?? initialOf(field)).trim();
    if (field.kind === 'text' && field.name === '') Object.assign(given, pairsOf(value));
    else if (value !== '') given[field.name] = checked(field, value);
    else if (field.kind !== 'text' || field.needed) throw new Error(`${field.label} is empty`);
  }
  return given;
}

export function initialOf(field: ArgumentField): string {
  return field.kind === 'text' ? '' : String(field.initial);
}

function checked(field: ArgumentField, value: string): string {
  if (field.kind !== 'number') return value;
  if (/^\d+$/.test(value) && Number(value) >= field.least && Number(value) <= field.most) return value;
  throw new Error(`${field.label} is ${value}: a whole number from ${field.least} to ${field.most} is needed`);
}

function pairsOf(text: string): Record<string, string> {
  const words = text === '' ? [] : text.split(/\s+/);
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new Error(`${word} is not an argument: write name=value`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
