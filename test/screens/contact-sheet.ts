// One page with all pictures of a folder, small, side by side: a row for each page of the console.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Picture {
  page: string;
  theme: string;
  width: number;
  /** Below the folder of the sheet. */
  file: string;
}

const STYLE =
  'body{font:14px system-ui;margin:24px;background:#888}section{display:flex;gap:12px;overflow-x:auto;align-items:start}' +
  'figure{margin:0}img{display:block;height:320px}h2{margin:24px 0 8px}';

export function writeContactSheet(folder: string, pictures: readonly Picture[]): string {
  const pages = [...new Set(pictures.map(({ page }) => page))];
  const sections = pages.map((page) => {
    const figures = pictures
      .filter((picture) => picture.page === page)
      .map(
        ({ file, theme, width }) =>
          `<figure><a href="${file}"><img src="${file}" alt=""></a><figcaption>${width} px, ${theme}</figcaption></figure>`,
      );
    return `<h2>${page}</h2><section>${figures.join('')}</section>`;
  });
  const path = join(folder, 'index.html');
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><title>Screens</title><style>${STYLE}</style>${sections.join('\n')}\n`);
  return path;
}
