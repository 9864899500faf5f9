// GPUs of NVIDIA by their tool and of AMD by sysfs.
import { MusterError } from '../../core/common/muster-error.ts';
import type { Collector, RowSink } from '../host/collector.ts';
import type { HostRoots } from '../host/host-file.ts';
import { findTool, type RunTool, runTool } from '../host/host-tool.ts';
import { findAmd, nameAmd, readAmd } from './gpu-amd.ts';
import { hasNvidia, readNvidia } from './gpu-nvidia.ts';
import { GPU_FIELDS, type GpuRow } from './gpu-row.ts';
import { namesOfHost } from './sensor-names.ts';

/** nvidia-smi takes tens of milliseconds of a core. */
const ASK_EVERY_MS = 15_000;

export function createGpuCollector(roots: HostRoots, run: RunTool = runTool): Collector {
  return {
    measurement: 'gpu',
    tags: ['gpu', 'name'],
    fields: GPU_FIELDS,
    intervalMs: ASK_EVERY_MS,
    limitMs: 11_000,
    collect(rows: RowSink): void | Promise<void> {
      const add = ({ gpu, name, values }: GpuRow): void => rows.add([gpu, name], values);
      const cards = findAmd(roots.sys);
      const names = nameAmd(cards, namesOfHost(roots, 'gpu'));
      for (const [at, card] of cards.entries()) {
        const row = readAmd(card, names[at]!);
        if (row !== undefined) add(row);
      }
      const smi = findTool('nvidia-smi', roots);
      if (!hasNvidia(roots.sys, smi)) {
        if (cards.length === 0) throw new MusterError('not_found', 'there is no GPU of NVIDIA or AMD with its driver');
        return;
      }
      return readNvidia(roots.sys, run, smi, ASK_EVERY_MS * 0.9).then(
        ({ gpus, problem }) => {
          gpus.forEach(add);
          if (problem !== undefined) rows.problem(problem);
        },
        (error: Error) => {
          if (cards.length === 0) throw error;
          if (!(error instanceof MusterError && error.code === 'not_found')) rows.problem(error.message);
        },
      );
    },
    close: () => undefined,
  };
}
