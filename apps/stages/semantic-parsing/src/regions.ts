// Splits a class map into connected regions of one class and records which regions touch, so that rules such as
// "a speck in the background" or "the neck touches the face" apply to a short list.

export interface Region {
  id: number;
  class: number;
  /** Pixels. */
  area: number;
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** Number of pixels on the picture's border. */
  border: number;
  /** Touching region → lowest row of contact. */
  neighbours: Map<number, number>;
}

export interface Regions {
  /** Region of each pixel. */
  ids: Int32Array;
  list: Region[];
}

/** Four-connected. `classes` [size,size]. */
export function findRegions(classes: Uint8Array, size: number): Regions {
  const ids = new Int32Array(classes.length);
  const parents: number[] = [];
  const root = (id: number): number => {
    let at = id;
    while (parents[at] !== at) at = parents[at] = parents[parents[at]!]!;
    return at;
  };
  for (let y = 0, p = 0; y < size; y++) {
    for (let x = 0; x < size; x++, p++) {
      const left = x > 0 && classes[p - 1] === classes[p] ? ids[p - 1]! : -1;
      const up = y > 0 && classes[p - size] === classes[p] ? ids[p - size]! : -1;
      if (left < 0 && up < 0) parents.push((ids[p] = parents.length));
      else {
        ids[p] = left >= 0 ? left : up;
        if (left >= 0 && up >= 0 && left !== up) {
          const [a, b] = [root(left), root(up)];
          parents[Math.max(a, b)] = Math.min(a, b);
        }
      }
    }
  }
  const numbers = new Map<number, number>();
  const list: Region[] = [];
  const final = Int32Array.from(parents, (_, id) => {
    const r = root(id);
    let number = numbers.get(r);
    if (number === undefined) {
      numbers.set(r, (number = list.length));
      list.push({
        id: number,
        class: 0,
        area: 0,
        top: size,
        bottom: -1,
        left: size,
        right: -1,
        border: 0,
        neighbours: new Map(),
      });
    }
    return number;
  });
  for (let p = 0; p < ids.length; p++) ids[p] = final[ids[p]!]!;
  measure(classes, size, ids, list);
  return { ids, list };
}

function measure(classes: Uint8Array, size: number, ids: Int32Array, list: Region[]): void {
  const touch = (a: number, b: number, row: number): void => {
    list[a]!.neighbours.set(b, row);
    list[b]!.neighbours.set(a, row);
  };
  for (let y = 0, p = 0; y < size; y++) {
    for (let x = 0; x < size; x++, p++) {
      const id = ids[p]!;
      const region = list[id]!;
      region.class = classes[p]!;
      region.area++;
      if (y < region.top) region.top = y;
      if (y > region.bottom) region.bottom = y;
      if (x < region.left) region.left = x;
      if (x > region.right) region.right = x;
      if (x === 0 || y === 0 || x === size - 1 || y === size - 1) region.border++;
      if (x > 0 && ids[p - 1] !== id) touch(id, ids[p - 1]!, y);
      if (y > 0 && ids[p - size] !== id) touch(id, ids[p - size]!, y);
    }
  }
}

/** Ids of the regions connected to `start` through regions that satisfy `through`. */
export function connectedRegions(
  list: readonly Region[],
  start: Region,
  through: (region: Region) => boolean,
): Set<number> {
  const reached = new Set([start.id]);
  for (const id of reached) {
    for (const neighbour of list[id]!.neighbours.keys()) if (through(list[neighbour]!)) reached.add(neighbour);
  }
  return reached;
}
