// Real spherical harmonics of degree 0..3 (16 values) of a unit direction, signs as in the reference code.
#pragma once

namespace portrait {

template <class S>
static inline __attribute__((always_inline)) void sph_harmonics16(S x, S y, S z, S* o) {
  const S xy = x * y, xz = x * z, yz = y * z, x2 = x * x, y2 = y * y, z2 = z * z;
  o[0] = S(0.28209479177387814);
  o[1] = S(-0.48860251190291987) * y;
  o[2] = S(0.48860251190291987) * z;
  o[3] = S(-0.48860251190291987) * x;
  o[4] = S(1.0925484305920792) * xy;
  o[5] = S(-1.0925484305920792) * yz;
  o[6] = S(0.94617469575755997) * z2 - S(0.31539156525251999);
  o[7] = S(-1.0925484305920792) * xz;
  o[8] = S(0.54627421529603959) * (x2 - y2);
  o[9] = S(0.59004358992664352) * y * (-3 * x2 + y2);
  o[10] = S(2.8906114426405538) * xy * z;
  o[11] = S(0.45704579946446572) * y * (1 - 5 * z2);
  o[12] = S(0.3731763325901154) * z * (5 * z2 - 3);
  o[13] = S(0.45704579946446572) * x * (1 - 5 * z2);
  o[14] = S(1.4453057213202769) * z * (x2 - y2);
  o[15] = S(0.59004358992664352) * x * (-x2 + 3 * y2);
}

}  // namespace portrait
