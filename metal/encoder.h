// Work for the GPU, put down in order and handed over as one command buffer when somebody waits.
//
//   encoder.launch("gate_flat_f32").arg(weight).arg(gate).arg(product).params(count).over(count);
//
// Arguments take the kernel's buffer indices in the order in which they are given. Work runs in
// the order of its launches. One launch at a time: a Launch holds the encoder until it is gone.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "metal/buffer_pool.h"
#include "metal/device.h"
#include "sparsegrow/backend/buffer.h"
#include "sparsegrow/backend/device_use.h"
#include "sparsegrow/backend/panel.h"
#include "sparsegrow/base/span.h"

namespace sparsegrow::metal {

class Launch;

class Encoder {
 public:
  Encoder(Device& device, BufferPool& pool) : device_(device), pool_(pool) {}
  ~Encoder();  // work that nobody waited for is dropped

  Launch launch(const char* kernel);

  // Hands over what was put down and waits for it. Throws runtime_error with the device's words
  // when it failed: none or a part of the work was then done, and buffers can be read as ever.
  void finish();

  DeviceUse use() const;
  void reset_use();
  std::mutex& mutex() { return mutex_; }  // also guards the pool

 private:
  friend class Launch;
  struct Slice {
    MTL::Buffer* buffer;
    std::size_t offset;
  };

  MTL::ComputeCommandEncoder& encoder();
  void commit();
  Slice stage(const void* data, std::size_t bytes);
  void forget_staged();

  Device& device_;
  BufferPool& pool_;
  mutable std::mutex mutex_;
  Owned<MTL::CommandBuffer> commands_;  // being put down
  Owned<MTL::ComputeCommandEncoder> encoder_;
  std::vector<Owned<MTL::CommandBuffer>> committed_;  // and not waited for
  std::int64_t dispatches_ = 0;                       // of commands_
  std::vector<Owned<MTL::Buffer>> staging_;           // the last one has room from staged_ on
  std::size_t staged_ = 0;
  DeviceUse use_;
};

class Launch {
 public:
  Launch(Encoder& encoder, const char* kernel);

  Launch& arg(const Buffer& buffer);  // throws invalid_argument for a buffer of another device
  // The host's array as it is now.
  template <class T>
  Launch& staged(Span<const T> values) {
    return staged_bytes(values.data(), values.size() * sizeof(T));
  }
  template <class Params>
  Launch& params(const Params& params) {
    static_assert(sizeof(Params) <= 4096, "larger ones must be staged");
    encoder_.encoder().setBytes(&params, sizeof(Params), index_++);
    return *this;
  }
  Launch& moves(std::int64_t bytes);  // for the counters

  // The last call: one GPU thread for each (x, y), threads of neighbouring x in one SIMD-group.
  void over(std::int64_t x, std::int64_t y = 1);
  // One SIMD-group for each (x, y).
  void over_groups(std::int64_t x, std::int64_t y = 1) { over(kTileWidth * x, y); }
  // One thread for each item in each lane of a panel's tiles, as place_of() of the kernels has it.
  void over_lanes(std::int64_t items, const Panel& panel) {
    if (panel.batch() > 0) over(items * tile_width(panel.batch(), 0), tile_count(panel.batch()));
  }

 private:
  Launch& staged_bytes(const void* data, std::size_t bytes);

  Encoder& encoder_;
  std::unique_lock<std::mutex> lock_;
  const char* kernel_;
  std::int64_t bytes_ = 0;
  NS::UInteger index_ = 0;
};

}  // namespace sparsegrow::metal
