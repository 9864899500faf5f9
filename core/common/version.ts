// The version that every part tells of itself; as in package.json.
export const VERSION = '0.1.0';
