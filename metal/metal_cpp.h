// Apple's metal-cpp, and the one habit it asks for.
#pragma once

#include <Foundation/Foundation.hpp>
#include <Metal/Metal.hpp>

#include <string>

namespace sparsegrow::metal {

template <class Object>
using Owned = NS::SharedPtr<Object>;

// Objects that Metal gives away unowned live until the pool around them ends; every call of ours
// into Metal that may make one stands in the scope of a pool.
class ReleasePool {
 public:
  ReleasePool() : pool_(NS::AutoreleasePool::alloc()->init()) {}
  ~ReleasePool() { pool_->release(); }
  ReleasePool(const ReleasePool&) = delete;
  ReleasePool& operator=(const ReleasePool&) = delete;

 private:
  NS::AutoreleasePool* pool_;
};

inline NS::String* string_of(const std::string& text) {  // lives as long as the pool in scope
  return NS::String::string(text.c_str(), NS::UTF8StringEncoding);
}

inline std::string reason_of(const NS::Error* error) {
  if (!error || !error->localizedDescription()) return "no reason given";
  return error->localizedDescription()->utf8String();
}

}  // namespace sparsegrow::metal
