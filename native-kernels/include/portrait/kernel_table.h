// The functions one instruction set offers, one member struct an op. Every per-ISA build fills its own table
// (runtime/isa_table.cpp); runtime/dispatch.cpp picks the best this processor has, or the one PORTRAIT_ISA names.
// A new op adds: ops/<op>/kernels.h (a struct of function pointers), a member here, a line in ops/registry.inc.
#pragma once
#include <vector>

#include "../../ops/grid_encode/kernels.h"
#include "../../ops/mlp/kernels.h"
#include "../../ops/march_rays/kernels.h"
#include "../../ops/composite_rays/kernels.h"
#include "../../ops/sph_harmonics/kernels.h"
#include "../../ops/audio_net/kernels.h"
#include "../../ops/adam/kernels.h"
#include "../../ops/head/kernels.h"
#include "../../ops/lpips/kernels.h"
#include "../../ops/torso/kernels.h"

namespace portrait {

struct KernelTable {
  const char* isa;  // base | v3 (AVX2, FMA) | v4 (AVX-512)
  GridEncodeKernels grid_encode;
  MlpKernels mlp;
  MarchRaysKernels march_rays;
  CompositeRaysKernels composite_rays;
  SphHarmonicsKernels sph_harmonics;
  AudioNetKernels audio_net;
  AdamKernels adam;
  HeadKernels head;
  LpipsKernels lpips;
  TorsoKernels torso;
};

const KernelTable& kernels();                         // the one in use, chosen once a process
const KernelTable* kernels_by_isa(const char* name);  // null: unknown, not built, or this processor lacks it
std::vector<const char*> available_isas();            // best first

}  // namespace portrait
