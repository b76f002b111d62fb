// Compiled once per instruction set: collects what every op registered for it.
#include "portrait/isa_namespace.h"

namespace portrait {
namespace PORTRAIT_ISA_NS {
#define PORTRAIT_OP(op) void register_##op(KernelTable&);
#include "../ops/registry.inc"
#undef PORTRAIT_OP

void fill(KernelTable& table) {
  table.isa = PORTRAIT_STR(PORTRAIT_ISA);
#define PORTRAIT_OP(op) register_##op(table);
#include "../ops/registry.inc"
#undef PORTRAIT_OP
}
}  // namespace PORTRAIT_ISA_NS
}  // namespace portrait
