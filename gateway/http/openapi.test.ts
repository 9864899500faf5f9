import { expect, it } from 'vitest';
import { importRoutes } from '../ingest/import-routes.ts';
import { pushRoutes } from '../ingest/push-routes.ts';

import { joinRoutes } from '../join/join-routes.ts';

import { healthRoutes } from './health-routes.ts';

import { metricsRoute } from './metrics-route.ts';
import { openapi } from './openapi.ts';
import { statusRoutes } from './status-routes.ts';

const unused = (): never => {
  throw new Error('not called');
};

it('describes every route, its scope and no other', () => {
  const part = { nats: unused, etl: unused, database: unused };
  const routes = [
    ...statusRoutes({ name: 'g', version: '1', pipeline: unused, queuedBytes: unused, problem: unused, part }),
    ...healthRoutes({ version: '1', part, metrics: { metrics: unused, contentType: 'text/plain' as never }, problem: unused }),
    ...pushRoutes({
      ingest: { deliver: unused, fits: unused },
      registry: { seenAtDoor: unused },
      storeWindow: { window: unused },
      accounts: { readBatches: unused },
      uses: { claim: unused, put: unused },
      sendEphemeral: unused,
      events: { samplesPushed: unused },
    }),
    ...importRoutes({
      jobs: {
        folder: unused,
        uploadFolder: () => 'uploads/x',
        takePlace: unused,
        begin: unused,
        get: unused,
        runWindow: unused,
        flush: unused,
        span: unused,
      },
      maxBytes: 1,
    }),
    metricsRoute({ nodeId: unused, measurements: unused, query: unused, tierPlan: unused }),
    ...joinRoutes({ caPem: '', programs: { list: unused } }),
  ];
  const { paths } = openapi('1') as { paths: Record<string, Record<string, { security: { bearer?: string[] }[] }>> };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => `${method.toUpperCase()} ${path} ${security[0]?.bearer?.[0] ?? 'open'}`),
  );
  expect(described.sort()).toEqual(routes.map((route) => `${route.method} ${route.path} ${route.scope ?? 'open'}`).sort());
});

it('refers only to schemas that are there', () => {
  const text = JSON.stringify(openapi('1'));
  const names = Object.keys((openapi('1') as { components: { schemas: object } }).components.schemas);
  for (const [, name] of text.matchAll(/#\/components\/schemas\/(\w+)/g)) expect(names).toContain(name);
});
