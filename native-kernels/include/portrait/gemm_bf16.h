// bf16 matrix products with fp32 accumulation, for files compiled with AVX512-BF16 and, where present, AMX.
// Activations are sample-major rows of 64 bf16; weights are packed in pairs, [K/2][N][2], which is what both
// instruction sets read. Rows are computed in blocks of kBf16Rows; buffers have slack for the last block.
//   gemm_bf16     Y = relu(bias + X W), rounded to bf16, N = 64
//   narrow_bf16   y[o][t] = X[t] . w[:, o], fp32 and planar; weights padded to 16 columns
#pragma once
#include <immintrin.h>

#include "portrait/gemm.h"

namespace portrait {
namespace {

typedef uint16_t Bf16;
constexpr int kBf16Rows = 16;
constexpr int kNarrowColumns = 16;
PORTRAIT_INLINE int pad_bf16_rows(int n) { return (n + kBf16Rows - 1) / kBf16Rows * kBf16Rows; }

PORTRAIT_INLINE void store_bf16(Bf16* out, __m512 low, __m512 high) {
  _mm512_storeu_si512(out, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

// fp32 rows of `columns` (a multiple of 32) to bf16 rows of 64.
PORTRAIT_INLINE void to_bf16(const float* in, int ld, int columns, Bf16* out, int rows) {
  for (int t = 0; t < rows; t++)
    for (int c = 0; c < columns; c += 32)
      store_bf16(out + t * 64 + c, _mm512_loadu_ps(in + (size_t)t * ld + c),
                 _mm512_loadu_ps(in + (size_t)t * ld + c + 16));
}

// w [K][ldw] fp32, `columns` of them used, to [K/2][packed_columns][2].
PORTRAIT_INLINE void pack_bf16(const float* w, int k_count, int columns, int ld_k, int ld_n, int packed_columns,
                               Bf16* out) {
  for (int k = 0; k < k_count; k++)
    for (int n = 0; n < packed_columns; n++) {
      const float v = n < columns ? w[(size_t)k * ld_k + (size_t)n * ld_n] : 0.f;
      const __m128bh rounded = _mm_cvtneps_pbh(_mm_set_ss(v));
      memcpy(out + ((size_t)(k / 2) * packed_columns + n) * 2 + k % 2, &rounded, sizeof(Bf16));
    }
}

// acc[16][N] = X W for one block of 16 rows.
template <int N>
PORTRAIT_INLINE void block_bf16(const Bf16* x, int k_count, const Bf16* w, float* acc) {
#if defined(__AMX_BF16__)
  // Tiles 0 to 3 accumulate 16 columns each, tile 4 holds 16 rows of X, tile 5 and 6 alternate over W.
  _tile_zero(0);
  if (N == 64) {
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  }
  for (int k = 0; k < k_count; k += 32) {
    const Bf16* rows = w + (size_t)k * N;
    _tile_loadd(4, x + k, 64 * sizeof(Bf16));
    _tile_loadd(5, rows, N * 2 * sizeof(Bf16));
    _tile_dpbf16ps(0, 4, 5);
    if (N == 64) {
      _tile_loadd(6, rows + 32, N * 2 * sizeof(Bf16));
      _tile_dpbf16ps(1, 4, 6);
      _tile_loadd(5, rows + 64, N * 2 * sizeof(Bf16));
      _tile_dpbf16ps(2, 4, 5);
      _tile_loadd(6, rows + 96, N * 2 * sizeof(Bf16));
      _tile_dpbf16ps(3, 4, 6);
    }
  }
  _tile_stored(0, acc, N * sizeof(float));
  if (N == 64) {
    _tile_stored(1, acc + 16, N * sizeof(float));
    _tile_stored(2, acc + 32, N * sizeof(float));
    _tile_stored(3, acc + 48, N * sizeof(float));
  }
#else
  constexpr int NV = N / 16, M = N == 64 ? 4 : 8;
  for (int t = 0; t < kBf16Rows; t += M) {
    __m512 sum[M][NV];
    PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++) sum[m][j] =
        _mm512_setzero_ps();
    PORTRAIT_NO_UNROLL for (int k = 0; k < k_count; k += 2) {
      __m512bh row[NV];
      PORTRAIT_UNROLL for (int j = 0; j < NV; j++) row[j] =
          (__m512bh)_mm512_loadu_si512(w + (size_t)k * N + (size_t)j * 32);
      PORTRAIT_UNROLL for (int m = 0; m < M; m++) {
        int32_t pair;
        memcpy(&pair, x + (size_t)(t + m) * 64 + (size_t)k, sizeof pair);
        const __m512bh b = (__m512bh)_mm512_set1_epi32(pair);
        PORTRAIT_UNROLL for (int j = 0; j < NV; j++) sum[m][j] = _mm512_dpbf16_ps(sum[m][j], b, row[j]);
      }
    }
    PORTRAIT_UNROLL for (int m = 0; m < M; m++) PORTRAIT_UNROLL for (int j = 0; j < NV; j++)
        _mm512_storeu_ps(acc + (t + m) * N + 16 * j, sum[m][j]);
  }
#endif
}

// AMX tiles are configured once a thread and call; without AMX this does nothing.
struct TileSession {
#if defined(__AMX_BF16__)
  TileSession() {
    alignas(64) uint8_t config[64] = {};
    config[0] = 1;  // palette
    for (int tile = 0; tile < 8; tile++) {
      config[16 + 2 * tile] = 64;  // bytes a row
      config[48 + tile] = 16;      // rows
    }
    _tile_loadconfig(config);
  }
  ~TileSession() { _tile_release(); }
#endif
};

template <BiasMode kBias>
static void gemm_bf16(const Bf16* x, int k_count, const Bf16* w, Bf16* y, int rows, const float* bias = nullptr,
                      const int32_t* index = nullptr) {
  alignas(64) float acc[kBf16Rows * 64];
  const __m512 zero = _mm512_setzero_ps();
  for (int t = 0; t < rows; t += kBf16Rows) {
    block_bf16<64>(x + (size_t)t * 64, k_count, w, acc);
    for (int m = 0; m < kBf16Rows; m++) {
      const float* row_bias = kBias == kIndexedBias ? bias + (size_t)index[t + m] * 64 : bias;
      __m512 v[4];
      PORTRAIT_UNROLL for (int j = 0; j < 4; j++) {
        v[j] = _mm512_load_ps(acc + m * 64 + 16 * j);
        if (kBias != kNoBias) v[j] = _mm512_add_ps(v[j], _mm512_loadu_ps(row_bias + 16 * j));
        v[j] = _mm512_max_ps(v[j], zero);
      }
      store_bf16(y + (size_t)(t + m) * 64, v[0], v[1]);
      store_bf16(y + (size_t)(t + m) * 64 + 32, v[2], v[3]);
    }
  }
}

template <int kOut>
static void narrow_bf16(const Bf16* x, const Bf16* w, float* y, int ys, int rows) {
  alignas(64) float acc[kBf16Rows * kNarrowColumns];
  for (int t = 0; t < rows; t += kBf16Rows) {
    block_bf16<kNarrowColumns>(x + (size_t)t * 64, 64, w, acc);
    for (int o = 0; o < kOut; o++)
      for (int m = 0; m < kBf16Rows; m++) y[(size_t)o * ys + t + m] = acc[m * kNarrowColumns + o];
  }
}

}  // namespace
}  // namespace portrait
