#include <cstdlib>
#include <cstring>

#include "runtime/kernel_table.h"

namespace portrait {

namespace isa_base {
void fill(KernelTable&);
}
#if PORTRAIT_X86
namespace isa_v3 {
void fill(KernelTable&);
}
namespace isa_v4 {
void fill(KernelTable&);
}
#endif

namespace {

struct Entry {
  const char* name;
  void (*fill)(KernelTable&);
  bool (*supported)();
};

bool always() { return true; }
#if PORTRAIT_X86
bool has_v3() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
}
bool has_v4() {
  return has_v3() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
}
#endif

const Entry kEntries[] = {
#if PORTRAIT_X86
    {"v4", isa_v4::fill, has_v4},
    {"v3", isa_v3::fill, has_v3},
#endif
    {"base", isa_base::fill, always},
};
constexpr size_t kCount = sizeof kEntries / sizeof kEntries[0];

const KernelTable& table_at(size_t i) {
  static KernelTable* tables = [] {
    auto* all = new KernelTable[kCount]();
    for (size_t k = 0; k < kCount; k++) kEntries[k].fill(all[k]);
    return all;
  }();
  return tables[i];
}

}  // namespace

const KernelTable* kernels_by_isa(const char* name) {
  for (size_t i = 0; i < kCount; i++)
    if (!std::strcmp(kEntries[i].name, name) && kEntries[i].supported()) return &table_at(i);
  return nullptr;
}

std::vector<const char*> available_isas() {
  std::vector<const char*> out;
  for (const Entry& e : kEntries)
    if (e.supported()) out.push_back(e.name);
  return out;
}

const KernelTable& kernels() {
  static const KernelTable& chosen = []() -> const KernelTable& {
    if (const char* wanted = std::getenv("PORTRAIT_ISA"))
      if (const KernelTable* t = kernels_by_isa(wanted)) return *t;
    return *kernels_by_isa(available_isas().front());
  }();
  return chosen;
}

}  // namespace portrait
