// Places labels so that none covers another or a circle; one that finds no room is left out. Pure.

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export type LabelSide = 'right' | 'left' | 'below' | 'above';

export interface LabelWish {
  /** The circle it belongs to. */
  x: number;
  y: number;
  radius: number;
  width: number;
  height: number;
}

export interface PlacedLabel {
  side: LabelSide;
  box: Box;
}

const GAP = 5;

/** The most important first. One answer a wish; undefined where there is no room. */
export function placeLabels(wishes: readonly LabelWish[], view: Box): (PlacedLabel | undefined)[] {
  const taken: Box[] = wishes.map(({ x, y, radius }) => ({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius }));
  return wishes.map((wish, own) => {
    for (const side of ['right', 'left', 'below', 'above'] as const) {
      const box = boxOf(wish, side);
      if (!within(box, view) || taken.some((other, index) => index !== own && overlap(box, other))) continue;
      taken.push(box);
      return { side, box };
    }
    return undefined;
  });
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function within(box: Box, view: Box): boolean {
  return box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
}

function boxOf({ x, y, radius, width, height }: LabelWish, side: LabelSide): Box {
  const left = side === 'right' ? x + radius + GAP : side === 'left' ? x - radius - GAP - width : x - width / 2;
  const top = side === 'below' ? y + radius + 2 : side === 'above' ? y - radius - 2 - height : y - height / 2;
  return { left, top, right: left + width, bottom: top + height };
}

/** Without asking the page: near enough for letters of the interface at 12 px. */
export function textWidth(text: string, perLetter = 6.6): number {
  return text.length * perLetter + 4;
}
