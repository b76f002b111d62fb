// One element of an Adam step, in any scalar type.
#pragma once
#include <math.h>

namespace portrait {

template <class S>
static inline __attribute__((always_inline)) void adam_element(S& p, S& m, S& v, S g, S learning_rate, S beta1, S beta2,
                                                               S epsilon, S bias_correction1, S bias_correction2) {
  m = beta1 * m + (1 - beta1) * g;
  v = beta2 * v + (1 - beta2) * g * g;
  p -= learning_rate * (m * bias_correction1) / (S(sqrt(v * bias_correction2)) + epsilon);
}

}  // namespace portrait
