// The identity of a node: a UUID in lower case, the common name of its certificate.
import { randomUUID } from 'node:crypto';

const NODE_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isNodeId(text: string): boolean {
  return NODE_ID.test(text);
}

export function createNodeId(): string {
  return randomUUID();
}
