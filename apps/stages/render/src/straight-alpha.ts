// Colour and opacity apart, as video files with alpha keep them.

/** RGBA with straight alpha from a picture over black, which is its colour times its opacity. */
export function straightAlpha(overBlack: Uint8Array, alpha: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(alpha.length * 4);
  for (let i = 0; i < alpha.length; i++) {
    const a = alpha[i]!;
    for (let c = 0; c < 3; c++)
      rgba[i * 4 + c] = a === 0 ? 0 : Math.min(255, Math.round((overBlack[i * 3 + c]! * 255) / a));
    rgba[i * 4 + 3] = a;
  }
  return rgba;
}
