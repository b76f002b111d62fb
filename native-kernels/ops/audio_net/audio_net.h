// Audio encoder forward and backward in any scalar type. Loops run over contiguous outputs, so the per-ISA float build
// vectorises without intrinsics; the double build is the reference.
#pragma once
#include "audio_shape.h"

#define PORTRAIT_AUDIO \
  template <class S>   \
  static inline __attribute__((always_inline))

namespace portrait {

PORTRAIT_AUDIO S audio_dot(const S* a, const S* b, int n) {
  S part[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  int i = 0;
  for (; i + 8 <= n; i += 8)
    for (int k = 0; k < 8; k++) part[k] += a[i + k] * b[i + k];
  S sum = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
  for (; i < n; i++) sum += a[i] * b[i];
  return sum;
}

// in [length][l.in] -> out [(length-1)/stride+1][l.out], after the activation.
PORTRAIT_AUDIO int audio_layer_forward(const AudioLayer& l, const S* params, const S* in, int length, S* out) {
  const int out_length = (length - 1) / l.stride + 1, pad = l.taps / 2;
  for (int t = 0; t < out_length; t++) {
    S* o = out + t * l.out;
    for (int c = 0; c < l.out; c++) o[c] = l.bias == kNoBiasOffset ? S(0) : params[l.bias + size_t(c)];
    for (int k = 0; k < l.taps; k++) {
      const int at = t * l.stride + k - pad;
      if (at < 0 || at >= length) continue;
      const S* x = in + at * l.in;
      const S* w = params + l.weight + size_t(k) * size_t(l.in) * size_t(l.out);
      for (int i = 0; i < l.in; i++)
        for (int c = 0; c < l.out; c++) o[c] += x[i] * w[i * l.out + c];
    }
    for (int c = 0; c < l.out; c++) o[c] = o[c] > 0 ? o[c] : S(l.slope) * o[c];
  }
  return out_length;
}

// d_out is overwritten with the gradient before the activation; d_in may be null (else overwritten).
PORTRAIT_AUDIO void audio_layer_backward(const AudioLayer& l, const S* params, const S* in, int length, const S* out,
                                         S* d_out, S* d_in, S* d_params) {
  const int out_length = (length - 1) / l.stride + 1, pad = l.taps / 2;
  if (d_in)
    for (int i = 0; i < length * l.in; i++) d_in[i] = 0;
  for (int t = 0; t < out_length; t++) {
    const S* o = out + t * l.out;
    S* d = d_out + t * l.out;
    for (int c = 0; c < l.out; c++) d[c] *= o[c] > 0 ? S(1) : S(l.slope);
    if (l.bias != kNoBiasOffset)
      for (int c = 0; c < l.out; c++) d_params[l.bias + size_t(c)] += d[c];
    for (int k = 0; k < l.taps; k++) {
      const int at = t * l.stride + k - pad;
      if (at < 0 || at >= length) continue;
      const S* x = in + at * l.in;
      const size_t base = l.weight + size_t(k) * size_t(l.in) * size_t(l.out);
      for (int i = 0; i < l.in; i++) {
        S* dw = d_params + base + size_t(i) * size_t(l.out);
        for (int c = 0; c < l.out; c++) dw[c] += x[i] * d[c];
        if (d_in) d_in[at * l.in + i] += audio_dot<S>(params + base + size_t(i) * size_t(l.out), d, l.out);
      }
    }
  }
}

// Workspace: per window 1024 floats of layer outputs (mlp 64; conv 8*32 + 4*32 + 2*64 + 64 + 64), then codes [8][64],
// then the attention layers' outputs, each 8 rows.
constexpr int kAudioWindowWorkspace = 1024;
constexpr int kAudioLayerFloats[6] = {8 * 32, 4 * 32, 2 * 64, 64, 64, 64};

// input [windows][window]; code [64].
PORTRAIT_AUDIO void audio_net_forward(const AudioShape& shape, const AudioLayout& a, const S* params, const S* input,
                                      S* workspace, S* code) {
  S* codes = workspace + kAttentionWindows * kAudioWindowWorkspace;
  for (int w = 0; w < shape.windows(); w++) {
    const S* x = input + w * shape.window_floats();
    int length = shape.conv ? kAudioWindow : 1;
    S* at = workspace + w * kAudioWindowWorkspace;
    for (int l = 0; l < a.encoder_layers; l++) {
      S* out = l + 1 == a.encoder_layers ? codes + w * kAudioCode : at;
      length = audio_layer_forward<S>(a.encoder[l], params, x, length, out);
      x = out;
      at += shape.conv ? kAudioLayerFloats[l] : 64;
    }
  }
  if (!shape.attention) {
    for (int c = 0; c < kAudioCode; c++) code[c] = codes[c];
    return;
  }
  S* at = codes + kAttentionWindows * kAudioCode;
  const S* x = codes;
  for (int l = 0; l < 5; l++) {
    audio_layer_forward<S>(a.attention[l], params, x, kAttentionWindows, at);
    x = at;
    at += kAttentionWindows * a.attention[l].out;
  }
  S* share = at;  // softmax over the windows
  audio_layer_forward<S>(a.attention[5], params, x, 1, share);
  S top = share[0], sum = 0;
  for (int w = 1; w < kAttentionWindows; w++) top = share[w] > top ? share[w] : top;
  for (int w = 0; w < kAttentionWindows; w++) sum += share[w] = S(exp(share[w] - top));
  for (int w = 0; w < kAttentionWindows; w++) share[w] /= sum;
  for (int c = 0; c < kAudioCode; c++) {
    S s = 0;
    for (int w = 0; w < kAttentionWindows; w++) s += share[w] * codes[w * kAudioCode + c];
    code[c] = s;
  }
}

// Adds to d_params. workspace as left by the forward pass.
PORTRAIT_AUDIO void audio_net_backward(const AudioShape& shape, const AudioLayout& a, const S* params, const S* input,
                                       const S* workspace, const S* d_code, S* d_params) {
  const S* codes = workspace + kAttentionWindows * kAudioWindowWorkspace;
  S d_codes[kAttentionWindows * kAudioCode];
  if (!shape.attention) {
    for (int c = 0; c < kAudioCode; c++) d_codes[c] = d_code[c];
  } else {
    const S* outs[6];
    const S* at = codes + kAttentionWindows * kAudioCode;
    for (int l = 0; l < 6; l++) {
      outs[l] = at;
      at += kAttentionWindows * a.attention[l].out;
    }
    const S* share = outs[5];
    S d_share[kAttentionWindows], dot = 0, d_a[kAttentionWindows * kAudioCode], d_b[kAttentionWindows * kAudioCode];
    for (int w = 0; w < kAttentionWindows; w++) {
      d_share[w] = audio_dot<S>(d_code, codes + w * kAudioCode, kAudioCode);
      dot += share[w] * d_share[w];
      for (int c = 0; c < kAudioCode; c++) d_codes[w * kAudioCode + c] = share[w] * d_code[c];
    }
    for (int w = 0; w < kAttentionWindows; w++) d_share[w] = share[w] * (d_share[w] - dot);
    audio_layer_backward<S>(a.attention[5], params, outs[4], 1, share, d_share, d_a, d_params);
    S* d_out = d_a;
    S* d_in = d_b;
    for (int l = 4; l >= 0; l--) {
      audio_layer_backward<S>(a.attention[l], params, l ? outs[l - 1] : codes, kAttentionWindows, outs[l], d_out, d_in,
                              d_params);
      S* swap = d_out;
      d_out = d_in;
      d_in = swap;
    }
    for (int i = 0; i < kAttentionWindows * kAudioCode; i++) d_codes[i] += d_out[i];
  }
  for (int w = 0; w < shape.windows(); w++) {
    const S* first = workspace + w * kAudioWindowWorkspace;
    const S* ins[6];
    const S* outs[6];
    int lengths[6], length = shape.conv ? kAudioWindow : 1;
    const S* x = input + w * shape.window_floats();
    for (int l = 0; l < a.encoder_layers; l++) {
      ins[l] = x;
      lengths[l] = length;
      outs[l] = l + 1 == a.encoder_layers ? codes + w * kAudioCode : first;
      length = (length - 1) / a.encoder[l].stride + 1;
      x = outs[l];
      first += shape.conv ? kAudioLayerFloats[l] : 64;
    }
    S d_a[256], d_b[256];
    S* d_out = d_a;
    S* d_in = d_b;
    for (int c = 0; c < kAudioCode; c++) d_out[c] = d_codes[w * kAudioCode + c];
    for (int l = a.encoder_layers - 1; l >= 0; l--) {
      audio_layer_backward<S>(a.encoder[l], params, ins[l], lengths[l], outs[l], d_out, l ? d_in : (S*)nullptr,
                              d_params);
      S* swap = d_out;
      d_out = d_in;
      d_in = swap;
    }
  }
}

}  // namespace portrait

#undef PORTRAIT_AUDIO
