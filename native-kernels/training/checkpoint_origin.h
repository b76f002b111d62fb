// Where a checkpoint was made. The bytes of a training depend on the instruction set and on the number of threads, so a
// run that is resumed elsewhere differs from an uninterrupted one in its last bits. Callers of restore report that.
#pragma once
#include <cstdint>
#include <cstring>

namespace portrait {

struct CheckpointOrigin {
  char isa[8];
  uint32_t threads;

  static CheckpointOrigin of(const char* isa, int threads) {
    CheckpointOrigin origin{};
    std::strncpy(origin.isa, isa, sizeof origin.isa - 1);
    origin.threads = uint32_t(threads);
    return origin;
  }
};

}  // namespace portrait
