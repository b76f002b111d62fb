// Compiled once per instruction set: collects what every op and model registered for it.
#include "portrait/isa_namespace.h"
#include "runtime/kernel_table.h"

namespace portrait {
namespace PORTRAIT_ISA_NS {
#define PORTRAIT_KERNELS(name, Kernels, folder) void register_##name(Kernels&);
#include "registry.inc"
#undef PORTRAIT_KERNELS

void fill(KernelTable& table) {
  table.isa = PORTRAIT_STR(PORTRAIT_ISA);
#define PORTRAIT_KERNELS(name, Kernels, folder) register_##name(table.name);
#include "registry.inc"
#undef PORTRAIT_KERNELS
}
}  // namespace PORTRAIT_ISA_NS
}  // namespace portrait
