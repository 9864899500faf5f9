// The base images by exact tag, as deploy/compose.yaml and deploy/image/Dockerfile name them.
export const NODE_IMAGE = 'node:24.21.0-bookworm-slim';
export const NATS_IMAGE = 'nats:2.15.2-alpine';
export const QUESTDB_IMAGE = 'questdb/questdb:9.3.4';
export const BASE_IMAGES = [NODE_IMAGE, NATS_IMAGE, QUESTDB_IMAGE];
