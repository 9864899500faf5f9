// Keys of KV buckets that are node ids: ids may have colons (IPv6), keys may not.
import type { KvCodecs } from 'nats';
import { nodeOfToken, nodeToken } from '../core/common/node-name.ts';

/** The library hands a key over part by part, cut at its dots, which keys may have. */
export const NODE_KEYS: KvCodecs = {
  key: { encode: nodeToken, decode: nodeOfToken },
  value: { encode: (bytes) => bytes, decode: (bytes) => bytes },
};
