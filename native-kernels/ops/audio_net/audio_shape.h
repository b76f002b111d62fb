// Shape and parameter layout of the audio encoder: features of a window of speech to the audio code [64].
//   conv  the paper's AudioNet: [16,C] -> Conv1d k3 s2 p1 (C-32, 32-32, 32-64, 64-64), then FC 64-64, FC 64-64,
//         LeakyReLU 0.02, biases; C = 44 gives 34,240 parameters as published
//   mlp   ours, for PCA coefficients of the window: K -> 64, LeakyReLU 0.1, -> 64, no biases
// Optional attention over 8 neighbouring windows i-4 .. i+3 (the paper's AudioAttNet, 3,685 parameters):
// Conv1d k3 s1 p1 64-16-8-4-2-1, FC 8-8, softmax, weighted sum of the 8 codes.
// Weights are stored input-major with the output contiguous: conv [3][in][out] then bias [out]; dense [in][out] then
// bias.
#pragma once
#include <math.h>
#include <stddef.h>

namespace portrait {

constexpr int kAudioCode = 64;
constexpr int kAudioWindow = 16;  // feature rows a window (conv)
constexpr int kAttentionWindows = 8;

struct AudioShape {
  bool conv;
  int input;  // K (mlp) or C (conv)
  bool attention;

  int window_floats() const { return conv ? kAudioWindow * input : input; }
  int windows() const { return attention ? kAttentionWindows : 1; }
  int input_floats() const { return windows() * window_floats(); }
};

// A layer's place in the parameter block.
struct AudioLayer {
  size_t weight, bias;  // offsets; bias is (size_t)-1 when there is none
  int taps, in, out;    // taps 3 for convolutions, 1 for dense layers
  int stride;
  float slope;  // of LeakyReLU behind it, 1 for none
};
constexpr size_t kNoBiasOffset = ~size_t(0);

struct AudioLayout {
  AudioLayer encoder[6];
  int encoder_layers;
  AudioLayer attention[6];  // five convolutions and the dense layer
  size_t encoder_count;     // floats; attention parameters follow
  size_t total;
};

inline AudioLayout make_audio_layout(const AudioShape& shape) {
  AudioLayout a{};
  size_t at = 0;
  auto layer = [&at](int taps, int in, int out, int stride, float slope, bool bias) {
    AudioLayer l{at, kNoBiasOffset, taps, in, out, stride, slope};
    at += size_t(taps) * size_t(in) * size_t(out);
    if (bias) {
      l.bias = at;
      at += size_t(out);
    }
    return l;
  };
  if (shape.conv) {
    const int channels[5] = {shape.input, 32, 32, 64, 64};
    for (int i = 0; i < 4; i++) a.encoder[i] = layer(3, channels[i], channels[i + 1], 2, 0.02f, true);
    a.encoder[4] = layer(1, 64, 64, 1, 0.02f, true);
    a.encoder[5] = layer(1, 64, 64, 1, 1.f, true);
    a.encoder_layers = 6;
  } else {
    a.encoder[0] = layer(1, shape.input, 64, 1, 0.1f, false);
    a.encoder[1] = layer(1, 64, kAudioCode, 1, 1.f, false);
    a.encoder_layers = 2;
  }
  a.encoder_count = at;
  if (shape.attention) {
    const int channels[6] = {kAudioCode, 16, 8, 4, 2, 1};
    for (int i = 0; i < 5; i++) a.attention[i] = layer(3, channels[i], channels[i + 1], 1, 0.02f, true);
    a.attention[5] = layer(1, kAttentionWindows, kAttentionWindows, 1, 1.f, true);
  }
  a.total = at;
  return a;
}

// Floats of workspace one forward pass leaves for its backward pass.
inline size_t audio_workspace(const AudioShape&) { return size_t(kAttentionWindows) * 1024 + 2048; }

}  // namespace portrait
