// Which partition of the telemetry stream a node belongs to. The same node always lands in the same one.

/** FNV-1a of the node id, modulo `partitions`. */
export function partitionOf(nodeId: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < nodeId.length; i++) hash = Math.imul(hash ^ nodeId.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}
