// Captions as line drawings, because a bare machine has no fonts. A plain capital alphabet; lower case is drawn as
// capitals.

/** Glyph → polylines parted by spaces; a point is two digits, x 0..4 and y 0..6, y down. */
const GLYPHS: Readonly<Record<string, string>> = {
  A: '0602204246 0444',
  B: '0600304142330333444536 3606',
  C: '4130100105163645',
  D: '0600204244260600',
  E: '40000646 0333',
  F: '400006 0333',
  G: '41301001051636454323',
  H: '0006 4046 0343',
  I: '1030 2026 1636',
  J: '4045361605',
  K: '0006 400346',
  L: '000646',
  M: '0600234046',
  N: '06004640',
  O: '103041453616050110',
  P: '06003041423303',
  Q: '103041453616050110 2446',
  R: '06003041423303 2346',
  S: '413010010213334445361605',
  T: '0040 2026',
  U: '000516364540',
  V: '002640',
  W: '0016233640',
  X: '0046 4006',
  Y: '002340 2326',
  Z: '00400646',
  0: '103041453616050110 4105',
  1: '112026 1636',
  2: '01103041420646',
  3: '0110304142334445361605 1333',
  4: '36300444',
  5: '400002334445361605',
  6: '4130100105163645443303',
  7: '004016',
  8: '1030414233130201 10 0110 133344453616050413',
  9: '0516364541301001021343',
  '.': '2526',
  ',': '2516',
  ':': '2122 2526',
  ';': '2122 2516',
  '-': '1333',
  '–': '0343',
  '+': '0343 2125',
  '/': '4006',
  '%': '4006 0011 3546',
  '(': '30212536',
  ')': '10212516',
  "'": '2021',
  '"': '1011 3031',
  '=': '0242 0444',
  _: '0646',
  '?': '01103041422324 2526',
  '!': '2024 2526',
  '#': '1016 3036 0242 0444',
  '*': '0145 4105',
  '<': '410345',
  '>': '014305',
  '[': '30101636',
  ']': '10303616',
  '|': '2026',
  '×': '1234 3214',
  '°': '1030321210',
};
const ADVANCE = 6;

export interface StrokeTextOptions {
  /** Height of a capital, px. Default 12. */
  size?: number;
  /** Any SVG colour. Default white. */
  colour?: string;
  /** Dark line under the strokes, so that text reads on any ground. Default true. */
  halo?: boolean;
}

/** SVG of one line of text whose top left corner is (x, y). What has no glyph is left blank. */
export function strokeText(text: string, x: number, y: number, options: StrokeTextOptions = {}): string {
  const { size = 12, colour = '#fff', halo = true } = options;
  const unit = size / 6;
  const lines: string[] = [];
  [...text.toUpperCase()].forEach((character, i) => {
    for (const line of (GLYPHS[character] ?? '').split(' ').filter(Boolean)) {
      const points = line
        .match(/../g)!
        .map((p) => `${(x + (i * ADVANCE + Number(p[0])) * unit).toFixed(2)},${(y + Number(p[1]) * unit).toFixed(2)}`);
      lines.push(`M${points.join('L')}`);
    }
  });
  const path = (width: number, stroke: string, opacity: number): string =>
    `<path d="${lines.join('')}" fill="none" stroke="${stroke}" stroke-opacity="${opacity}" ` +
    `stroke-width="${(width * unit).toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`;
  return lines.length === 0 ? '' : (halo ? path(2.4, '#000', 0.7) : '') + path(0.9, colour, 1);
}

/** Width of a line of text, px. */
export function strokeTextWidth(text: string, size = 12): number {
  return ([...text].length * ADVANCE * size) / 6;
}
