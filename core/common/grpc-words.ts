// What gRPC says of a call that failed, as people read it.

/** Without the heading of a note that has nothing in it. */
export function grpcWords(details: string): string {
  return details.replace(/\s*Resolution note:\s*$/, '');
}
