// What a label may be: the same on the machine, at the gateway and in the console.

const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const MAX_VALUE = 256;

/** Labels whose value is a number of degrees: the map reads them. */
const DEGREES: Readonly<Record<string, number>> = { latitude: 90, longitude: 180 };

/** Labels that one node may have. */
export const MAX_LABELS = 64;

/** What is wrong with a label, as a sentence; undefined where nothing is. */
export function labelProblem(name: string, value: string): string | undefined {
  const shown = JSON.stringify(name.slice(0, 80));
  if (!NAME.test(name)) return `${shown} is not a label: names are lower-case words of letters, digits and _, at most 64 characters`;
  if (value.length > MAX_VALUE) return `label ${name} has ${value.length} characters: at most ${MAX_VALUE}`;
  const limit = Object.hasOwn(DEGREES, name) ? DEGREES[name] : undefined;
  if (limit === undefined || isDegrees(value, limit)) return undefined;
  return `label ${name} is ${JSON.stringify(value.slice(0, 80))}: degrees from -${limit} to ${limit} are needed, such as 5.6037`;
}

function isDegrees(value: string, limit: number): boolean {
  return /^-?\d{1,3}(\.\d+)?$/.test(value) && Math.abs(Number(value)) <= limit;
}
