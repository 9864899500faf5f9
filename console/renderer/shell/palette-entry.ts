// What the palette offers.
import type { ReactNode } from 'react';

export interface PaletteEntry {
  id: string;
  group: string;
  name: string;
  detail: string;
  mark: ReactNode;
  /** The key that does the same; empty where there is none. */
  keys?: string;
  /** The fragment it opens, where it opens a place: in a new window too. */
  address?: string;
  run(): void;
}
