// Device memory that host and GPU share. What is given back is kept and used again: sizes are
// powers of two, so a net that grows finds the room of the net before it, and nothing is left over
// in odd pieces.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "metal/device.h"

namespace sparsegrow::metal {

struct PoolBytes {
  std::int64_t live = 0;  // in use, as rounded up
  std::int64_t held = 0;  // taken from the device: in use or kept
  std::int64_t peak = 0;  // most held at one time since the last reset
};

class BufferPool {
 public:
  explicit BufferPool(Device& device) : device_(device) {}

  // A buffer of at least `bytes`, contents undefined, which no queued work uses; Metal's tools show
  // it as `label`. Throws runtime_error when it is over the device's limit or there is no such
  // room, even after giving back all that is kept.
  Owned<MTL::Buffer> take(std::size_t bytes, const char* label);

  // Queued work may still use it: it is taken again only after the next settle().
  void give(Owned<MTL::Buffer> buffer);

  // Nothing is queued any more.
  void settle();

  const PoolBytes& bytes() const { return bytes_; }
  void reset_peak() { bytes_.peak = bytes_.held; }

 private:
  Owned<MTL::Buffer> make(std::size_t capacity);
  void drop_kept();

  Device& device_;
  std::map<std::size_t, std::vector<Owned<MTL::Buffer>>> kept_;  // by capacity
  std::vector<Owned<MTL::Buffer>> given_;                        // since the last settle()
  PoolBytes bytes_;
};

}  // namespace sparsegrow::metal
