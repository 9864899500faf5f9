// What tests beside the pages may use of Node, whose types a page must not see. Pages themselves may not: test/architecture holds it.
declare module 'node:fs' {
  export function readFileSync(path: URL, encoding: 'utf8'): string;
}
