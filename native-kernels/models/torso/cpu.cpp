// Torso tiles for one instruction set. Samples are rows; layers are the shared products of portrait/gemm.h. Rows past
// the last pixel of a tile repeat pixel 0 and carry no gradient.
#include "kernels.h"

#include "ops/grid_encode/grid_simd.h"
#include "portrait/gemm.h"
#include "portrait/isa_namespace.h"

namespace portrait {
namespace {

constexpr int T = kTorsoTile, kHoist = kTorsoHoistWidth;

void hoist(const float* frequencies, int ld, int k, const float* deform, const float* color, float* out, int n) {
  gemm_forward<64, kNoBias, false>(frequencies, ld, deform, 64, k, out, kHoist, n);
  gemm_forward<32, kNoBias, false>(frequencies, ld, color, 32, k, out + 64, kHoist, n);
}

void hoist_backward(const float* frequencies, int ld, int k, const float* d_out, float* d_deform, float* d_color,
                    int n) {
  gemm_weights<64>(frequencies, ld, d_out, kHoist, n, d_deform, 64, k);
  gemm_weights<32>(frequencies, ld, d_out + 64, kHoist, n, d_color, 32, k);
}

// y[o][t] = row t of h [., width] times row o of w [outputs, width].
template <int kOutputs, int kWidth>
PORTRAIT_INLINE void narrow(const float* h, const float* w, float* y, int rows) {
  for (int t = 0; t < rows; t += 4) PORTRAIT_UNROLL for (int o = 0; o < kOutputs; o++) {
      Vec4 part[4];
      PORTRAIT_UNROLL for (int i = 0; i < 4; i++) {
        const float* row = h + (size_t)(t + i) * kWidth;
        Vec a = load(row) * load(w + o * kWidth);
        PORTRAIT_UNROLL for (int j = kLanes; j < kWidth; j += kLanes) a += load(row + j) * load(w + o * kWidth + j);
        part[i] = fold4(a);
      }
      store4(y + (size_t)o * T + t, sum_rows(part[0], part[1], part[2], part[3]));
    }
}

// Back through such a layer: dh[t] = sum_o d[o][t] w[o], masked by h > 0, and dw[o] += d[o][t] h[t].
template <int kOutputs, int kWidth>
PORTRAIT_INLINE void narrow_backward(const float* const* d, const float* h, const float* w, float* dh, float* dw,
                                     int count, int rows) {
  for (int j = 0; j < kWidth; j += kLanes) {
    Vec sum[kOutputs], weight[kOutputs];
    PORTRAIT_UNROLL for (int o = 0; o < kOutputs; o++) {
      sum[o] = load(dw + o * kWidth + j);
      weight[o] = load(w + o * kWidth + j);
    }
    for (int t = 0; t < count; t++) {
      const Vec value = load(h + (size_t)t * kWidth + j);
      Vec back{};
      PORTRAIT_UNROLL for (int o = 0; o < kOutputs; o++) {
        const Vec g = splat(d[o][t]);
        sum[o] += g * value;
        back += g * weight[o];
      }
      store(dh + (size_t)t * kWidth + j, value > 0.f ? back : Vec{});
    }
    for (int t = count; t < rows; t++) store(dh + (size_t)t * kWidth + j, Vec{});
    PORTRAIT_UNROLL for (int o = 0; o < kOutputs; o++) store(dw + o * kWidth + j, sum[o]);
  }
}

void first_layers(const TorsoPixels& p, int rows, float* h1, float* c1) {
  for (int t = 0; t < rows; t++) {
    const int at = t < p.count ? t : 0;
    const float* column = p.columns + (size_t)p.column[at] * kHoist;
    const float* row = p.rows + (size_t)p.row[at] * kHoist;
    PORTRAIT_UNROLL for (int j = 0; j < 64; j += kLanes)
        store(h1 + t * 64 + j, relu(load(column + j) + load(row + j) + load(p.bias + j)));
    PORTRAIT_UNROLL for (int j = 0; j < 32; j += kLanes)
        store(c1 + t * 32 + j, load(column + 64 + j) + load(row + 64 + j) + load(p.bias + 64 + j));
  }
}

void move_points(const TorsoPixels& p, TorsoActivations& a, const float* shift) {
  for (int t = 0; t < p.count; t++) {
    const float x = p.xs[p.column[t]] + shift[t], y = p.ys[p.row[t]] + shift[T + t];
    a.inside_x[t] = x >= -1.f && x <= 1.f ? .5f : 0.f;
    a.inside_y[t] = y >= -1.f && y <= 1.f ? .5f : 0.f;
    a.px[t] = unit_clamp(.5f * x + .5f);
    a.py[t] = unit_clamp(.5f * y + .5f);
  }
}

void forward(const TorsoWeights& w, const TorsoPixels& p, TorsoActivations& a) {
  const int rows = pad_rows(p.count);
  first_layers(p, rows, a.h1, a.c1);
  gemm_forward<64, kNoBias, true>(a.h1, 64, w.deform1, 64, 64, a.h2, 64, rows);
  alignas(64) float shift[2 * T];
  narrow<2, 64>(a.h2, w.deform2_t, shift, rows);
  move_points(p, a, shift);
  grid_encode2_forward(*w.grid, w.table, a.px, a.py, p.count, a.feature, 32);
  for (int i = p.count * 32; i < rows * 32; i++) a.feature[i] = 0.f;
  gemm_backward<32, false, true>(a.feature, 32, w.color0, 32, 32, a.c1, 32, rows);  // adds to the hoisted part
  for (int i = 0; i < rows * 32; i += kLanes) store(a.c1 + i, relu(load(a.c1 + i)));
  gemm_forward<32, kNoBias, true>(a.c1, 32, w.color1, 32, 32, a.c2, 32, rows);
  narrow<4, 32>(a.c2, w.color2_t, a.raw, rows);
  for (int o = 0; o < 4; o++)
    for (int t = 0; t < rows; t += kLanes) store(a.rgba + o * T + t, vec_sigmoid(load(a.raw + o * T + t)));
}

// Gradients of the first layers go back to their column, row and frame. Equal rows are adjacent: one sum a run.
void scatter_first_layers(const TorsoPixels& p, const float* d_h1, const float* d_c1, const TorsoGradients& g) {
  constexpr int kDeform = 64 / kLanes, kAll = kHoist / kLanes;
  Vec run[kAll] = {};
  for (int t = 0; t < p.count; t++) {
    float* column = g.columns + (size_t)p.column[t] * kHoist;
    PORTRAIT_UNROLL for (int j = 0; j < kAll; j++) {
      const Vec v = j < kDeform ? load(d_h1 + t * 64 + j * kLanes) : load(d_c1 + t * 32 + (j - kDeform) * kLanes);
      run[j] += v;
      store(column + j * kLanes, load(column + j * kLanes) + v);
    }
    if (t + 1 < p.count && p.row[t + 1] == p.row[t]) continue;
    float* row = g.rows + (size_t)p.row[t] * kHoist;
    PORTRAIT_UNROLL for (int j = 0; j < kAll; j++) {
      store(row + j * kLanes, load(row + j * kLanes) + run[j]);
      store(g.bias + j * kLanes, load(g.bias + j * kLanes) + run[j]);
      run[j] = Vec{};
    }
  }
}

void backward(const TorsoWeights& w, const TorsoPixels& p, TorsoActivations& a, const float* d_rgba,
              const TorsoGradients& g) {
  const int rows = pad_rows(p.count);
  alignas(64) float d_raw[4 * T];
  for (int o = 0; o < 4; o++)
    for (int t = 0; t < rows; t += kLanes) {
      const Vec s = load(a.rgba + o * T + t);
      store(d_raw + o * T + t, load(d_rgba + o * T + t) * s * (1.f - s));
    }
  const float* d_out[4] = {d_raw, d_raw + T, d_raw + 2 * T, d_raw + 3 * T};
  narrow_backward<4, 32>(d_out, a.c2, w.color2_t, a.d_feature, g.color2_t, p.count, rows);  // d_feature holds d_c2 here
  gemm_weights<32>(a.c1, 32, a.d_feature, 32, p.count, g.color1, 32, 32);
  gemm_backward<32, true, false>(a.d_feature, 32, w.color1_t, 32, 32, a.d_narrow, 32, rows, a.c1, 32);
  gemm_weights<32>(a.feature, 32, a.d_narrow, 32, p.count, g.color0, 32, 32);
  gemm_backward<32, false, false>(a.d_narrow, 32, w.color0_t, 32, 32, a.d_feature, 32, rows);

  grid_encode2_backward(*w.grid, w.table, a.px, a.py, p.count, a.d_feature, 32, g.table, a.d_x, a.d_y);
  for (int t = 0; t < p.count; t++) {
    a.d_x[t] *= a.inside_x[t];
    a.d_y[t] *= a.inside_y[t];
  }
  const float* d_shift[2] = {a.d_x, a.d_y};
  narrow_backward<2, 64>(d_shift, a.h2, w.deform2_t, a.d_wide, g.deform2_t, p.count, rows);
  gemm_weights<64>(a.h1, 64, a.d_wide, 64, p.count, g.deform1, 64, 64);
  gemm_backward<64, true, false>(a.d_wide, 64, w.deform1_t, 64, 64, a.d_next, 64, rows, a.h1, 64);
  scatter_first_layers(p, a.d_next, a.d_narrow, g);
}

}  // namespace
}  // namespace portrait

PORTRAIT_REGISTER(torso, TorsoKernels) { kernels = {hoist, hoist_backward, forward, backward}; }
