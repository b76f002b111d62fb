// Chooses the bf16 variant once a process: AMX, else AVX512-BF16, else none. PORTRAIT_ISA below v4 switches both off;
// PORTRAIT_BF16=avx512_bf16 keeps AMX out, PORTRAIT_BF16=off both.
#include <cstdlib>
#include <cstring>

#include "runtime/kernel_table.h"
#if PORTRAIT_BF16_VARIANTS
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace portrait {
#if PORTRAIT_BF16_VARIANTS
void head_bf16_avx512(void (**pack)(const HeadWeights&), decltype(HeadKernels::trace)*);
void head_bf16_amx(void (**pack)(const HeadWeights&), decltype(HeadKernels::trace)*);

namespace {

bool has_avx512_bf16() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 5 & 1);
}

// Linux grants the 8 KB of tile state to a process that asks for it.
bool has_amx_bf16() {
#if defined(__linux__) && defined(SYS_arch_prctl)
  constexpr int kRequestPermission = 0x1023, kTileData = 18;
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool present = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1) && (d >> 24 & 1);
  return present && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
  return false;
#endif
}

HeadBf16Kernels choose() {
  HeadBf16Kernels k{};
  const char* wanted = std::getenv("PORTRAIT_BF16");
  if (wanted && !std::strcmp(wanted, "off")) return k;
  if (std::strcmp(kernels().isa, "v4") || !has_avx512_bf16()) return k;
  const bool amx = !(wanted && !std::strcmp(wanted, "avx512_bf16")) && has_amx_bf16();
  k.name = amx ? "amx_bf16" : "avx512_bf16";
  (amx ? head_bf16_amx : head_bf16_avx512)(&k.pack, &k.trace);
  return k;
}

}  // namespace

const HeadBf16Kernels* head_bf16_kernels() {
  static const HeadBf16Kernels chosen = choose();
  return chosen.name ? &chosen : nullptr;
}
#else
const HeadBf16Kernels* head_bf16_kernels() { return nullptr; }
#endif
}  // namespace portrait
