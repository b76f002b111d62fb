// Draws frames and pixels of a step and turns them into rays, sorted into 8x8 blocks so that neighbours read the same
// grid entries. All drawing happens on the calling thread from one generator; only pixel reading is parallel.
#pragma once
#include <vector>

#include "dataset.h"
#include "models/head/head_device.h"
#include "portrait/aligned.h"
#include "portrait/options.h"
#include "portrait/rng.h"

namespace portrait {

struct StepFrame {
  int index;            // of the dataset
  size_t first, count;  // its rays
  float origin[3];
  HeadFrame condition;
};

struct StepRays {
  std::vector<StepFrame> frames;
  std::vector<RayTask> rays;
  int patch_width = 0, patch_height = 0;  // of a patch step, rays in row order
};

class Sampler {
 public:
  Sampler(const Dataset& data, const HeadTrainingOptions& options) : data_(data), options_(options) {}
  int draw_frame(Rng&) const;
  // ambient: weight of the dynamic loss already divided by the ray count.
  Status draw_rays(Rng&, float ambient, StepRays&) const;
  Status draw_patch(Rng&, const LipsOptions&, StepRays&) const;

 private:
  Status read(const StepFrame&, const uint32_t* xs, const uint32_t* ys, float ambient, RayTask* rays) const;
  void draw_pixel(Rng&, int frame, uint32_t& x, uint32_t& y) const;

  const Dataset& data_;
  const HeadTrainingOptions& options_;
};

}  // namespace portrait
