// Runs a piece of work off the event loop and settles a promise with what it returns. The work sees copies of its
// arguments only (args.h); V8 is touched only before and after, on the JavaScript thread.
#pragma once
#include <functional>
#include <vector>

#include "errors.h"
#include "portrait/abort.h"

namespace portrait {

class Job : public Napi::AsyncWorker {
 public:
  using Work = std::function<Status()>;
  using Result = std::function<Napi::Value(Napi::Env)>;

  // keep: objects that must outlive the work, the abort flag among them.
  static Napi::Promise start(Napi::Env env, std::vector<Napi::Value> keep, Work work, Result result,
                             std::function<void()> always = {}) {
    auto* job = new Job(env, std::move(work), std::move(result), std::move(always));
    for (const Napi::Value& value : keep)
      if (value.IsObject()) job->kept_.push_back(Napi::Persistent(value.As<Napi::Object>()));
    Napi::Promise promise = job->deferred_.Promise();
    job->Queue();
    return promise;
  }

 private:
  Job(Napi::Env env, Work work, Result result, std::function<void()> always)
      : Napi::AsyncWorker(env, "portrait.kernels"),
        deferred_(Napi::Promise::Deferred::New(env)),
        work_(std::move(work)),
        result_(std::move(result)),
        always_(std::move(always)) {}
  void Execute() override {
    try {
      status_ = work_();
    } catch (const std::bad_alloc&) {
      status_ = Status::error(StatusCode::internal, "there is not enough memory for this call");
    } catch (const std::exception& e) {
      status_ = Status::error(StatusCode::internal, e.what());
    } catch (...) {
      status_ = Status::error(StatusCode::internal, "an unknown exception ended this call");
    }
    if (always_) always_();
  }
  void OnOK() override {
    if (!status_.ok()) return deferred_.Reject(status_error(Env(), status_).Value());
    try {
      deferred_.Resolve(result_(Env()));
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Result result_;
  std::function<void()> always_;
  Status status_;
  std::vector<Napi::ObjectReference> kept_;
};

}  // namespace portrait
