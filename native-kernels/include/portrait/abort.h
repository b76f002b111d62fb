// Abort flag shared with JavaScript: one int32 in memory that the caller owns. 0 = go on.
#pragma once
#include <cstdint>

namespace portrait {

struct AbortFlag {
  const int32_t* flag = nullptr;
  bool raised() const { return flag && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0; }
};

}  // namespace portrait
