#include "portrait/thread_pool.h"

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

namespace portrait {
namespace {

constexpr int kMaxThreads = 8;

int wanted_threads() {
  if (const char* text = std::getenv("PORTRAIT_THREADS")) {
    const int n = std::atoi(text);
    if (n >= 1) return std::min(n, kMaxThreads);
  }
  return std::clamp(int(std::thread::hardware_concurrency()), 1, kMaxThreads);
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
      generation_++;
    }
    wake_.notify_all();
    work(0);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void work(int thread) {
    for (size_t c = size_t(thread); c < chunks_; c += size_t(size_)) (*body_)(c, thread);
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
  unsigned generation_ = 0;
};

// Never destroyed: joining while the process exits can deadlock under some loaders.
Pool& pool() {
  static Pool* p = new Pool;
  return *p;
}

}  // namespace

int pool_threads() { return pool().size(); }

void parallel_chunks(size_t chunks, const std::function<void(size_t, int)>& body) {
  if (chunks == 0) return;
  if (chunks == 1) return body(0, 0);
  pool().run(chunks, body);
}

}  // namespace portrait
