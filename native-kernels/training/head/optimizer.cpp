// The part of a training step behind the gradients: Adam, average, appearance codes, occupancy.
#include <algorithm>
#include <cmath>

#include "ops/adam/adam.h"
#include "runtime/kernel_table.h"
#include "portrait/thread_pool.h"
#include "trainer.h"

namespace portrait {

void HeadTrainer::optimize(float schedule) {
  const HeadLayout& h = head_->layout();
  const float decay = std::pow(options_.final_learning_rate_factor, schedule);
  const std::vector<float*> gradients = head_->device().gradients();
  struct Range {
    size_t begin, end;
    float learning_rate;
  };
  const Range groups[4] = {
      {0, h.nets, options_.grid_learning_rate},
      {h.nets, h.audio_net, options_.net_learning_rate},
      {h.audio_net, h.attention_net, options_.audio_learning_rate},
      {h.attention_net, h.total, options_.audio_learning_rate * options_.attention_learning_rate_factor}};
  std::vector<Range> ranges;
  constexpr size_t kRange = 1 << 17;
  for (const Range& g : groups)
    for (size_t at = g.begin; at < g.end; at += kRange)
      ranges.push_back({at, std::min(g.end, at + kRange), g.learning_rate * decay});
  const AdamKernels& adam = kernels().adam;
  parallel_chunks(ranges.size(), [&](size_t i, int) {
    const Range& r = ranges[i];
    std::vector<float*> parts;
    for (float* g : gradients) parts.push_back(g + r.begin);
    adam.step(head_->params().data() + r.begin, m_.data() + r.begin, v_.data() + r.begin, parts.data(),
              int(parts.size()), r.end - r.begin, adam_step(r.learning_rate, step_ + 1));
  });
  head_->refresh_pads();
  for (size_t f = 0; f < step_rays_.frames.size(); f++)
    update_appearance(step_rays_.frames[f].index, d_appearance_.data() + f * kAppearance,
                      options_.net_learning_rate * options_.appearance_learning_rate_factor * decay);
}

// A frame's code has its own step count: it is drawn rarely, and dense moments would decay in between.
void HeadTrainer::update_appearance(int frame, const float* d, float learning_rate) {
  const int count = ++appearance_steps_[size_t(frame)];
  const AdamStep a = adam_step(learning_rate, count);
  for (size_t k = 0; k < kAppearance; k++) {
    const size_t i = size_t(frame) * kAppearance + k;
    adam_element(head_->appearance()[i], appearance_m_[i], appearance_v_[i], d[k], a.learning_rate, a.beta1, a.beta2,
                 a.epsilon, a.bias_correction1, a.bias_correction2);
  }
}

// Exponential average with the usual warm-up of its decay: min(decay, (1 + n) / (10 + n)).
void HeadTrainer::update_ema() {
  ema_updates_++;
  const double n = double(ema_updates_);
  const float decay = float(std::min(double(options_.ema_decay), (1 + n) / (10 + n)));
  const size_t total = head_->layout().total, range = 1 << 17;
  parallel_chunks((total + range - 1) / range, [&](size_t c, int) {
    const size_t at = c * range;
    kernels().adam.average(ema_.data() + at, head_->params().data() + at, std::min(range, total - at), decay);
  });
}

void HeadTrainer::update_mean_appearance() {
  double sum[kAppearance] = {0, 0, 0, 0};
  const auto& frames = data_->arrays().train_frames;
  for (int32_t f : frames)
    for (size_t k = 0; k < kAppearance; k++) sum[k] += double(head_->appearance()[size_t(f) * kAppearance + k]);
  for (size_t k = 0; k < kAppearance; k++) head_->mean_appearance()[k] = float(sum[k] / double(frames.size()));
}

// Maximum occupancy (paper section 3.4): densities under one random training audio window, its eye and its appearance
// at a jittered point of each cell, into a decaying maximum. One slice of 128x128 cells is a work item.
void HeadTrainer::update_occupancy() {
  const bool warm_up = step_ < options_.occupancy_warmup_steps;
  const float decay = warm_up ? options_.occupancy_early_decay : options_.occupancy_decay;
  const uint64_t sparsity = warm_up ? 1 : uint64_t(options_.occupancy_sparsity);
  HeadDevice& device = head_->device();
  device.prepare(head_->params().data());
  HeadFrame frame{};
  const AudioShape& shape = head_->layout().audio_shape;
  const int index = sampler_.draw_frame(rng_);
  std::vector<float> input(size_t(shape.input_floats()));
  data_->audio_input(index, shape, input.data());
  device.audio_forward(0, 0, input.data(), frame.code);
  frame.eye = data_->arrays().eye[size_t(index)];
  device.condition(frame);
  const uint64_t seed = rng_.next();
  Occupancy& occupancy = head_->occupancy();
  std::vector<float>& density = occupancy.density();

  auto slice = [&](size_t z, int thread) {
    float x[kTileSamples], y[kTileSamples], zs[kTileSamples], sigma[kTileSamples];
    size_t cells[kTileSamples];
    int n = 0;
    auto flush = [&] {
      if (!n) return;
      device.query(thread, frame, x, y, zs, n, sigma, nullptr);
      for (int i = 0; i < n; i++) density[cells[i]] = std::max(density[cells[i]], sigma[i]);
      n = 0;
    };
    constexpr size_t kSlice = size_t(kOccupancySide) * kOccupancySide;
    for (size_t i = 0; i < kSlice; i++) {
      const size_t cell = z * kSlice + i;
      if (density[cell] < 0) continue;
      density[cell] *= decay;
      const uint64_t bits = hash_counter(seed, cell);
      if (sparsity > 1) {
        const uint64_t draw = hash_counter(bits, 1);
        if (draw % sparsity != 0 && !(occupancy.occupied(cell) && (draw >> 32 & 7) == 0)) continue;
      }
      x[n] = (float(i % kOccupancySide) + hash_uniform(bits, 0)) / kOccupancySide;
      y[n] = (float(i / kOccupancySide) + hash_uniform(bits, 1)) / kOccupancySide;
      zs[n] = (float(z) + hash_uniform(bits, 2)) / kOccupancySide;
      cells[n] = cell;
      if (++n == kTileSamples) flush();
    }
    flush();
  };
  if (device.threads() == 1)
    for (size_t z = 0; z < size_t(kOccupancySide); z++) slice(z, 0);
  else
    parallel_chunks(kOccupancySide, slice);
  occupancy.pack();
}

}  // namespace portrait
