// bf16 rendering of the head, compiled once for AVX512-BF16 and once for AMX (PORTRAIT_BF16 names the variant).
#include "tile_bf16.h"
#include "trace.h"

namespace portrait {
namespace {

struct Bf16Forward {
  PORTRAIT_INLINE void run(const HeadWeights& w, const HeadCondition& c, Tile& t, int n) {
    tile_forward_bf16(w, c, t, n, t.ray_bias);
  }
};

}  // namespace

#define PORTRAIT_NAME2(variant) head_bf16_##variant
#define PORTRAIT_NAME(variant) PORTRAIT_NAME2(variant)
void PORTRAIT_NAME(PORTRAIT_BF16)(void (**pack)(const HeadWeights&), decltype(HeadKernels::trace)* trace_out) {
  *pack = pack_weights;
  *trace_out = trace<Bf16Forward>;
}

}  // namespace portrait
