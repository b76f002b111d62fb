// Each per-ISA file lives in its own namespace: portrait::isa_base, portrait::isa_v3, portrait::isa_v4.
// PORTRAIT_REGISTER(op) { table.op.function = ...; } at the end of ops/<op>/cpu.cpp fills that ISA's table.
#pragma once
#include "portrait/kernel_table.h"

#define PORTRAIT_CAT2(a, b) a##b
#define PORTRAIT_CAT(a, b) PORTRAIT_CAT2(a, b)
#define PORTRAIT_STR2(x) #x
#define PORTRAIT_STR(x) PORTRAIT_STR2(x)
#define PORTRAIT_ISA_NS PORTRAIT_CAT(isa_, PORTRAIT_ISA)
#define PORTRAIT_REGISTER(op)       \
  namespace portrait {              \
  namespace PORTRAIT_ISA_NS {       \
  void register_##op(KernelTable&); \
  }                                 \
  }                                 \
  void portrait::PORTRAIT_ISA_NS::register_##op(KernelTable& table)
