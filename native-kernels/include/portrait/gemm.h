// Small fp32 matrix products for per-ISA files. Sample-major throughout: a matrix of T samples is [T][ld], weights are
// [K][ldw] with the output index contiguous, so that forward, dX and dW are all "broadcast times contiguous row":
// no transposes, no horizontal sums. N (outputs) is a template argument and a multiple of 16.
//   gemm_forward    Y = act(bias + X W)
//   gemm_backward   dX = (dY Wt [+ dX]) masked by H > 0          Wt is the transposed weight, [N_out][ldw]
//   gemm_weights    dW += X^T dY                                  [K][ldw]
// T must be a multiple of kTileRows; rows past the last sample are computed from whatever the buffers hold, so buffers
// have slack and gradients of those rows must be zero.
#pragma once
#include "portrait/simd.h"

namespace portrait {
namespace {

constexpr int kTileRows = 12;
PORTRAIT_INLINE int pad_rows(int n) { return (n + kTileRows - 1) / kTileRows * kTileRows; }

enum BiasMode {
  kNoBias,       // start from zero
  kRowBias,      // one row for all samples: bias [N]
  kIndexedBias,  // a row per sample: bias [*][64], row = index[t]
};

template <int M, int NV, BiasMode kBias, bool kRelu>
PORTRAIT_INLINE void micro_forward(const float* x, int ldx, const float* w, int ldw, int k_count, float* y, int ldy,
                                   const float* bias, const int32_t* index) {
  Vec acc[M][NV];
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) {
    if (kBias == kNoBias) acc[m][j] = Vec{};
    if (kBias == kRowBias) acc[m][j] = load(bias + kLanes * j);
    if (kBias == kIndexedBias) acc[m][j] = load(bias + (size_t)index[m] * 64 + kLanes * j);
  }
  PORTRAIT_NO_UNROLL for (int k = 0; k < k_count; k++) {
    Vec row[NV];
    PORTRAIT_UNROLL for (int j = 0; j < NV; j++) row[j] = load(w + (size_t)k * ldw + kLanes * j);
    PORTRAIT_UNROLL for (int m = 0; m < M; m++) {
      const Vec b = splat(x[m * ldx + k]);
      PORTRAIT_UNROLL for (int j = 0; j < NV; j++) acc[m][j] += b * row[j];
    }
  }
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++)
      store(y + m * ldy + kLanes * j, kRelu ? relu(acc[m][j]) : acc[m][j]);
}

template <int N, BiasMode kBias, bool kRelu>
static void gemm_forward(const float* x, int ldx, const float* w, int ldw, int k_count, float* y, int ldy, int t_count,
                         const float* bias = nullptr, const int32_t* index = nullptr) {
  constexpr int NV = N / kLanes < kMaxVectors ? N / kLanes : kMaxVectors;
  constexpr int M = NV * 2 <= kMaxVectors ? 2 * kRows : kRows;
  for (int t = 0; t < t_count; t += M)
    for (int n = 0; n < N; n += NV * kLanes)
      micro_forward<M, NV, kBias, kRelu>(x + (size_t)t * ldx, ldx, w + n, ldw, k_count, y + (size_t)t * ldy + n, ldy,
                                         bias ? bias + n : bias, index ? index + t : index);
}

template <int M, int NV, bool kMask, bool kAccumulate>
PORTRAIT_INLINE void micro_backward(const float* dy, int ldy, const float* wt, int ldw, int k_count, float* dx, int ldx,
                                    const float* h, int ldh) {
  Vec acc[M][NV];
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) acc[m][j] =
      kAccumulate ? load(dx + m * ldx + kLanes * j) : Vec{};
  PORTRAIT_NO_UNROLL for (int k = 0; k < k_count; k++) {
    Vec row[NV];
    PORTRAIT_UNROLL for (int j = 0; j < NV; j++) row[j] = load(wt + (size_t)k * ldw + kLanes * j);
    PORTRAIT_UNROLL for (int m = 0; m < M; m++) {
      const Vec b = splat(dy[m * ldy + k]);
      PORTRAIT_UNROLL for (int j = 0; j < NV; j++) acc[m][j] += b * row[j];
    }
  }
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) {
    Vec v = acc[m][j];
    if (kMask) v = load(h + m * ldh + kLanes * j) > 0.f ? v : Vec{};
    store(dx + m * ldx + kLanes * j, v);
  }
}

template <int N, bool kMask, bool kAccumulate>
static void gemm_backward(const float* dy, int ldy, const float* wt, int ldw, int k_count, float* dx, int ldx,
                          int t_count, const float* h = nullptr, int ldh = 0) {
  constexpr int NV = N / kLanes < kMaxVectors ? N / kLanes : kMaxVectors;
  constexpr int M = NV * 2 <= kMaxVectors ? 2 * kRows : kRows;
  for (int t = 0; t < t_count; t += M)
    for (int n = 0; n < N; n += NV * kLanes)
      micro_backward<M, NV, kMask, kAccumulate>(dy + (size_t)t * ldy, ldy, wt + n, ldw, k_count,
                                                dx + (size_t)t * ldx + n, ldx, h ? h + (size_t)t * ldh + n : h, ldh);
}

template <int M, int NV>
PORTRAIT_INLINE void micro_weights(const float* x, int ldx, const float* dy, int ldy, int t_count, float* dw, int ldw) {
  Vec acc[M][NV];
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) acc[m][j] =
      load(dw + m * ldw + kLanes * j);
  PORTRAIT_NO_UNROLL for (int t = 0; t < t_count; t++) {
    Vec row[NV];
    PORTRAIT_UNROLL for (int j = 0; j < NV; j++) row[j] = load(dy + (size_t)t * ldy + kLanes * j);
    PORTRAIT_UNROLL for (int m = 0; m < M; m++) {
      const Vec b = splat(x[(size_t)t * ldx + m]);
      PORTRAIT_UNROLL for (int j = 0; j < NV; j++) acc[m][j] += b * row[j];
    }
  }
  PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++)
      store(dw + m * ldw + kLanes * j, acc[m][j]);
}

template <int N>
static void gemm_weights(const float* x, int ldx, const float* dy, int ldy, int t_count, float* dw, int ldw,
                         int k_count) {
  constexpr int NV = N / kLanes < kMaxVectors ? N / kLanes : kMaxVectors;
  for (int n = 0; n < N; n += NV * kLanes) {
    int k = 0;
    for (; k + kRows <= k_count; k += kRows)
      micro_weights<kRows, NV>(x + k, ldx, dy + n, ldy, t_count, dw + (size_t)k * ldw + n, ldw);
    for (; k + 2 <= k_count; k += 2)
      micro_weights<2, NV>(x + k, ldx, dy + n, ldy, t_count, dw + (size_t)k * ldw + n, ldw);
    for (; k < k_count; k++) micro_weights<1, NV>(x + k, ldx, dy + n, ldy, t_count, dw + (size_t)k * ldw + n, ldw);
  }
}

// Narrow output layer: y[o][t] = H[t][0..63] . w[o][0..63], planar with stride ys; T a multiple of four.
template <int kOut>
static void narrow_forward(const float* h, int ldh, const float* w, float* y, int ys, int t_count) {
  constexpr int NV = 64 / kLanes;
  for (int t = 0; t < t_count; t += 4) {
    PORTRAIT_UNROLL for (int o = 0; o < kOut; o++) {
      Vec4 part[4];
      PORTRAIT_UNROLL for (int i = 0; i < 4; i++) {
        const float* row = h + (size_t)(t + i) * ldh;
        Vec a = load(row) * load(w + o * 64);
        PORTRAIT_UNROLL for (int j = 1; j < NV; j++) a += load(row + kLanes * j) * load(w + o * 64 + kLanes * j);
        part[i] = fold4(a);
      }
      store4(y + (size_t)o * ys + t, sum_rows(part[0], part[1], part[2], part[3]));
    }
  }
}

}  // namespace
}  // namespace portrait
