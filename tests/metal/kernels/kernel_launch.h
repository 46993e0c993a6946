// A kernel, its arguments in the order of their indices, and its grid, as metal/encoder.h has them:
//
//   KERNEL(gate_flat_f32).arg(weight).arg(gate).arg(product).params(count).over(count);
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "launch.h"
#include "sanitizers.h"
#include "sparsegrow/backend/kernel_names.h"
#include "sparsegrow/backend/kernel_params.h"

#define KERNEL(name) sparsegrow::test::KernelLaunch(&software_gpu_launch_##name)

#define SG_DECLARE_LAUNCH(stem) \
  extern "C" void software_gpu_launch_##stem##_f32(const sparsegrow::software_gpu::Launch*);
SG_KERNEL_STEMS(SG_DECLARE_LAUNCH)
#undef SG_DECLARE_LAUNCH

namespace sparsegrow::test {

class KernelLaunch {
 public:
  using Function = void (*)(const software_gpu::Launch*);
  explicit KernelLaunch(Function function) : function_(function) {}

  // The kernel works in the array itself; the address sanitizer guards its end.
  template <class T>
  KernelLaunch& arg(const std::vector<T>& array) {
    const void* const data =
        array.empty() ? nothing_.get() : static_cast<const void*>(array.data());
    launch_.buffer[index_++] = const_cast<void*>(data);
    return *this;
  }
  // A copy of its own in the heap.
  template <class Params>
  KernelLaunch& params(const Params& params) {
    params_.reset(new char[sizeof params]);
    std::memcpy(params_.get(), &params, sizeof params);
    launch_.buffer[index_++] = params_.get();
    return *this;
  }

  void over(std::int64_t x, std::int64_t y = 1) {
    if (x <= 0 || y <= 0) return;
    launch_.grid = {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 1};
    launch_.threadgroup = {std::min(threads(), launch_.grid.x), 1, 1};
    function_(&launch_);
  }
  void over_groups(std::int64_t x, std::int64_t y = 1) { over(kTileWidth * x, y); }
  void over_lanes(std::int64_t items, std::int32_t batch) {
    if (batch > 0) over(items * tile_width(batch, 0), tile_count(batch));
  }

 private:
  // The thread sanitizer tells few hundred threads apart: several threadgroups fit in.
  static std::uint32_t threads() { return software_gpu::under_thread_sanitizer() ? 64 : 256; }

  Function function_;
  software_gpu::Launch launch_;
  int index_ = 0;
  std::unique_ptr<char[]> params_;
  std::unique_ptr<char[]> nothing_{new char[1]};
};

}  // namespace sparsegrow::test
