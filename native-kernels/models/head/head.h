// A head: configuration, parameters, appearance codes, occupancy, and the device that evaluates it.
// Thread safety: one call at a time; callers hold `mutex()` for the length of a call.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ops/occupancy/occupancy.h"
#include "head_device.h"
#include "portrait/aligned.h"
#include "portrait/status.h"

namespace portrait {

struct Tensor {
  std::string name;
  std::vector<size_t> shape;
  std::vector<float> data;  // row-major; grids without pads, nets [in, out]
};

class Head {
 public:
  static Status check(const HeadConfig&);
  Head(const HeadConfig&, uint64_t seed, Backend);
  Head(const Head& other, const float* params);  // same configuration and occupancy, other parameters

  const HeadConfig& config() const { return config_; }
  const HeadLayout& layout() const { return layout_; }
  Backend backend() const { return backend_; }
  HeadDevice& device() { return *device_; }
  AlignedBuffer<float>& params() { return params_; }
  Occupancy& occupancy() { return occupancy_; }
  std::mutex& mutex() { return mutex_; }

  // Appearance codes [frames][4], drawn N(0, 0.1) for new frames; the mean stands in where none is given. A trainer
  // calls this; from then on the table cannot shrink below its frames.
  void ensure_appearance(size_t frames);
  std::vector<float>& appearance() { return appearance_; }
  float* mean_appearance() { return mean_appearance_; }

  std::vector<Tensor> tensors() const;
  Status set_tensors(const std::vector<Tensor>&);
  void refresh_pads();
  bool finite() const;

 private:
  void initialise();

  HeadConfig config_;
  HeadLayout layout_;
  uint64_t seed_;
  Backend backend_;
  AlignedBuffer<float> params_;
  std::vector<float> appearance_;
  size_t trained_frames_ = 0;
  float mean_appearance_[kAppearance] = {0, 0, 0, 0};
  Occupancy occupancy_;
  std::unique_ptr<HeadDevice> device_;
  std::mutex mutex_;
};

}  // namespace portrait
