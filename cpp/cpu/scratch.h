// Working memory of a kernel call: one piece per thread, as large as it was ever needed.
#pragma once

#include <cstdint>
#include <memory>

namespace sparsegrow::cpu {

// Room for `count` elements on this thread, contents undefined. The next call on the same thread
// takes it over.
template <class Real>
Real* thread_scratch(std::int64_t count) {
  thread_local std::unique_ptr<Real[]> room;
  thread_local std::int64_t size = 0;
  if (size < count) {
    room.reset();  // give memory back before taking more
    room.reset(new Real[static_cast<std::size_t>(count)]);
    size = count;
  }
  return room.get();
}

}  // namespace sparsegrow::cpu
