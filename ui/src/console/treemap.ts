export interface Tile<T> {
  item: T;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Lays things out as tiles whose areas are their weights, as square as they get. Weights are positive; the largest comes first. */
export function treemap<T>(items: readonly T[], weight: (item: T) => number, width: number, height: number): Tile<T>[] {
  const sorted = [...items].sort((a, b) => weight(b) - weight(a));
  const total = sorted.reduce((sum, item) => sum + weight(item), 0);
  const tiles: Tile<T>[] = [];
  if (total <= 0 || width <= 0 || height <= 0) return tiles;
  const scale = (width * height) / total;
  let box = { x: 0, y: 0, width, height };
  let from = 0;
  while (from < sorted.length) {
    const side = Math.min(box.width, box.height);
    let to = from + 1;
    let area = weight(sorted[from] as T) * scale;
    let worst = ratio(area, area, area, side);
    for (; to < sorted.length; to++) {
      const more = area + weight(sorted[to] as T) * scale;
      const next = ratio(weight(sorted[from] as T) * scale, weight(sorted[to] as T) * scale, more, side);
      if (next > worst) break;
      worst = next;
      area = more;
    }
    box = place(sorted.slice(from, to), (item) => weight(item) * scale, area, box, tiles);
    from = to;
  }
  return tiles;
}

/** How far from square the worst tile of a row is. */
const ratio = (largest: number, smallest: number, area: number, side: number): number =>
  Math.max((side * side * largest) / (area * area), (area * area) / (side * side * smallest));

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

function place<T>(row: readonly T[], areaOf: (item: T) => number, area: number, box: Box, tiles: Tile<T>[]): Box {
  const across = box.width >= box.height;
  const thick = area / (across ? box.height : box.width);
  let at = across ? box.y : box.x;
  for (const item of row) {
    const long = areaOf(item) / thick;
    tiles.push(across ? { item, x: box.x, y: at, width: thick, height: long } : { item, x: at, y: box.y, width: long, height: thick });
    at += long;
  }
  return across ? { ...box, x: box.x + thick, width: box.width - thick } : { ...box, y: box.y + thick, height: box.height - thick };
}
