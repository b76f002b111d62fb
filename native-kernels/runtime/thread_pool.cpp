#include "portrait/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace portrait {
namespace {

constexpr int kMaxThreads = 256, kMaxDefault = 8;

// 0 when PORTRAIT_THREADS is not set, -1 when it is no number between 1 and kMaxThreads.
int thread_setting() {
  const char* text = std::getenv("PORTRAIT_THREADS");
  if (!text || !*text) return 0;
  char* end = nullptr;
  const long n = std::strtol(text, &end, 10);
  return *end == 0 && n >= 1 && n <= kMaxThreads ? int(n) : -1;
}

int wanted_threads() {
  const int setting = thread_setting();
  return setting > 0 ? setting : std::clamp(int(std::thread::hardware_concurrency()), 1, kMaxDefault);
}

class Pool {
 public:
  Pool() : size_(wanted_threads()) {
    for (int t = 1; t < size_; t++) threads_.emplace_back([this, t] { serve(t); });
  }
  int size() const { return size_; }

  void run(size_t chunks, const std::function<void(size_t, int)>& body) {
    std::lock_guard<std::mutex> one_caller(callers_);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      body_ = &body;
      chunks_ = chunks;
      busy_ = size_ - 1;
      failed_ = false;
      generation_++;
    }
    wake_.notify_all();
    work(0);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    if (failed_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  // An exception ends the other threads' work too, and is rethrown by the caller once all have stopped.
  void work(int thread) {
    try {
      for (size_t c = size_t(thread); c < chunks_ && !failed_; c += size_t(size_)) (*body_)(c, thread);
    } catch (...) {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!failed_) failure_ = std::current_exception();
      failed_ = true;
    }
  }
  void serve(int thread) {
    unsigned seen = 0;
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return generation_ != seen; });
      seen = generation_;
      lock.unlock();
      work(thread);
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  const int size_;
  std::vector<std::thread> threads_;
  std::mutex callers_, mutex_;
  std::condition_variable wake_, done_;
  const std::function<void(size_t, int)>* body_ = nullptr;
  size_t chunks_ = 0;
  int busy_ = 0;
  std::atomic<bool> failed_{false};
  std::exception_ptr failure_;
  unsigned generation_ = 0;
};

// Never destroyed: joining while the process exits can deadlock under some loaders.
Pool& pool() {
  static Pool* p = new Pool;
  return *p;
}

}  // namespace

Status check_thread_setting() {
  if (thread_setting() >= 0) return {};
  return Status::error(StatusCode::invalid_argument,
                       std::string("PORTRAIT_THREADS must be a whole number between 1 and ") +
                           std::to_string(kMaxThreads) + " but is " + std::getenv("PORTRAIT_THREADS"));
}

int pool_threads() { return pool().size(); }

void parallel_chunks(size_t chunks, const std::function<void(size_t, int)>& body) {
  if (chunks == 0) return;
  if (chunks == 1) return body(0, 0);
  pool().run(chunks, body);
}

}  // namespace portrait
