// Draws the torso over a background, whole frames: the fast path of a video. Position terms and the list of occupied
// pixels are kept between frames of one size; a frame costs its two bias rows and one pass over the occupied pixels.
#pragma once
#include <vector>

#include "models/torso/model.h"
#include "portrait/abort.h"
#include "portrait/status.h"

namespace portrait {

struct TorsoRenderFrame {
  const float* pose;  // [6]
  const float* code;  // [8], or null: mean of all codes
  int width, height;
  const uint8_t* background;  // [height, width, 3], or null: black, so that out is the premultiplied torso
  uint8_t* out;               // [height, width, 3]; may be the background itself
  uint8_t* alpha;             // [height, width], or null
};

class TorsoRenderer {
 public:
  // One caller at a time. Does not keep `model` beyond the call, but recognises it by address and revision.
  Status render(const TorsoModel& model, const TorsoRenderFrame& frame, const AbortFlag& abort);

 private:
  void fit(const TorsoModel& model, int width, int height);
  const TorsoModel* model_ = nullptr;
  uint64_t revision_ = 0;
  int width_ = 0, height_ = 0;
  TorsoPrepared prepared_;
  TorsoHoist hoist_;
  std::vector<uint32_t> live_;
  float mean_code_[kTorsoCode];
  std::vector<AlignedBuffer<TorsoActivations>> scratch_;
};

}  // namespace portrait
