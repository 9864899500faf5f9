// The tables and views that SQL can name; asked for anew when the gateway comes back.
import { useEffect, useState } from 'react';
import { toMusterError } from '../../../../core/common/muster-error.ts';
import type { SchemaTable } from '../../../common/console-api.ts';
import { useConsole } from '../../state/console-state.ts';
import { useStore } from '../../state/store.ts';

export interface Schema {
  tables: readonly SchemaTable[];
  loading: boolean;
  problem: string;
}

export function useSchema(): Schema {
  const { api, connection } = useConsole();
  const connected = useStore(connection).kind === 'connected';
  const [schema, setSchema] = useState<Schema>({ tables: [], loading: true, problem: '' });
  useEffect(() => {
    if (!connected) return;
    let current = true;
    api.request('listMeasurements', {}).then(
      (tables) => {
        if (current) setSchema({ tables: [...tables].sort((a, b) => (a.name < b.name ? -1 : 1)), loading: false, problem: '' });
      },
      (error: unknown) => {
        if (current) setSchema((before) => ({ ...before, loading: false, problem: toMusterError(error).message }));
      },
    );
    return () => {
      current = false;
    };
  }, [api, connected]);
  return schema;
}
