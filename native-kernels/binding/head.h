// JavaScript class Head and the access other bindings have to the native head behind it.
#pragma once
#include <napi.h>

#include <memory>

#include "models/head/head.h"

namespace portrait {

void init_head(Napi::Env env, Napi::Object exports);
std::shared_ptr<Head> head_of(const Napi::Value& value);            // throws when it is not a Head
Napi::Object wrap_head(Napi::Env env, std::shared_ptr<Head> head);  // a new JavaScript Head

}  // namespace portrait
