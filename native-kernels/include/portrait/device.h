// The three backends behind one interface. `reference` and `cpu` are always built; `cuda` reports why it is not there.
#pragma once
#include <string>
#include <vector>

namespace portrait {

enum class Backend { reference, cpu, cuda };

struct BackendInfo {
  Backend backend;
  const char* name;
  bool supported;
  std::string reason;  // empty when supported
};

inline std::vector<BackendInfo> backends() {
  return {
      {Backend::reference, "reference", true, ""},
      {Backend::cpu, "cpu", true, ""},
      {Backend::cuda, "cuda", false, "not supported, because this library was built without a CUDA backend"},
  };
}

}  // namespace portrait
