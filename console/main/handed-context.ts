// What a second start of the program hands to the first: the context it was started for. It comes from a process of the same user, and its shape is checked.
import { resolve } from 'node:path';
import { CONTEXT_COLOURS } from '../../core/common/context-view.ts';
import type { Context } from '../../core/node/contexts.ts';
import type { MainConfig } from './config.ts';

/** Undefined where nobody named one: the first start then shows what it has. Paths count from the folder of the second start. */
export function toHandOver(context: Context, { context: named, gateway }: Pick<MainConfig, 'context' | 'gateway'>): { context?: Context } {
  if (named === '' && gateway === '') return {};
  return { context: { ...context, caFile: resolve(context.caFile), tokenFile: resolve(context.tokenFile) } };
}

/** Undefined where none was handed over, or nothing of that shape. */
export function fromHandOver(data: unknown): Context | undefined {
  const { context } = (data ?? {}) as { context?: Record<string, unknown> };
  const { name, gateway, caFile, tokenFile, readOnly, colour: given, tags } = context ?? {};
  const colour = CONTEXT_COLOURS.find((each) => each === given);
  const texts = [name, gateway, caFile, tokenFile];
  if (!texts.every((text) => typeof text === 'string' && text !== '' && text.length < 4096) || colour === undefined) return undefined;
  if (typeof readOnly !== 'boolean' || !Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string')) return undefined;
  return { name, gateway, caFile, tokenFile, readOnly, colour, tags } as Context;
}

/** Another where anything of it is other: a context that was changed in its file is not the one that a window has open. */
export function idOf({ name, gateway, caFile, tokenFile, readOnly, colour, tags }: Context): string {
  return JSON.stringify([name, gateway, caFile, tokenFile, readOnly, colour, tags]);
}
