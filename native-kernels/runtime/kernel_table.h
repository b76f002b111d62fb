// The functions of one instruction set, one member struct an op or model. Every per-ISA build fills its own table
// (runtime/isa_table.cpp); runtime/dispatch.cpp picks the best this processor has, or the one PORTRAIT_ISA names.
// A new entry adds: <folder>/kernels.h (a struct of function pointers), its include here, a line in registry.inc.
#pragma once
#include <vector>

#include "models/head/kernels.h"
#include "models/lpips/kernels.h"
#include "models/torso/kernels.h"
#include "ops/adam/kernels.h"
#include "ops/audio_net/kernels.h"
#include "ops/composite_rays/kernels.h"
#include "ops/grid_encode/kernels.h"
#include "ops/march_rays/kernels.h"
#include "ops/mlp/kernels.h"
#include "ops/sph_harmonics/kernels.h"

namespace portrait {

struct KernelTable {
  const char* isa;  // base | v3 (AVX2, FMA) | v4 (AVX-512)
#define PORTRAIT_KERNELS(name, Kernels, folder) Kernels name;
#include "registry.inc"
#undef PORTRAIT_KERNELS
};

const KernelTable& kernels();                         // the one in use, chosen once a process
const KernelTable* kernels_by_isa(const char* name);  // null: unknown, not built, or this processor lacks it
std::vector<const char*> available_isas();            // best first

}  // namespace portrait
