// The library's own threads. The map from chunk to thread is FIXED (chunk c runs on thread c mod threads), so that
// per-thread sums are the same bits in every run with the same number of threads. Calls from several callers queue up.
// Size: PORTRAIT_THREADS (1 to 256), else the number of processors, at most 8: each thread owns a full gradient table.
// An exception in a chunk stops the others and reaches the caller after all threads have stopped.
#pragma once
#include <cstddef>
#include <functional>

#include "portrait/status.h"

namespace portrait {

Status check_thread_setting();  // whether PORTRAIT_THREADS can be used
int pool_threads();

// body(chunk, thread) for chunk in [0, chunks). Returns when all have run. Must not be nested.
void parallel_chunks(size_t chunks, const std::function<void(size_t chunk, int thread)>& body);

}  // namespace portrait
