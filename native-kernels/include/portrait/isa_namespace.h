// Each per-ISA file lives in its own namespace: portrait::isa_base, portrait::isa_v3, portrait::isa_v4.
// PORTRAIT_REGISTER(adam, AdamKernels) { kernels = {step, average}; } at the end of a cpu.cpp fills that ISA's entry.
#pragma once

#define PORTRAIT_CAT2(a, b) a##b
#define PORTRAIT_CAT(a, b) PORTRAIT_CAT2(a, b)
#define PORTRAIT_STR2(x) #x
#define PORTRAIT_STR(x) PORTRAIT_STR2(x)
#define PORTRAIT_ISA_NS PORTRAIT_CAT(isa_, PORTRAIT_ISA)
#define PORTRAIT_REGISTER(name, Kernels) \
  namespace portrait {                   \
  namespace PORTRAIT_ISA_NS {            \
  void register_##name(Kernels&);        \
  }                                      \
  }                                      \
  void portrait::PORTRAIT_ISA_NS::register_##name(Kernels& kernels)
