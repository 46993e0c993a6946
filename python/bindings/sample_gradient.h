// |gradient| of every cell of a layer, present or not, from what went in and what came back.
#pragma once

#include <memory>
#include <vector>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow::python {

// A GradientBlock (see regrow_gradient): the sum over the samples of x[sample][source] *
// dy[sample][target] for a block of targets, by sddmm on a full pattern. Memory beside the two
// arrays, which must outlive this: samples * sources, and one block.
class SampleGradient {
 public:
  // Throws invalid_argument unless both have the same samples, of float32.
  SampleGradient(SampleMatrix x, SampleMatrix dy);

  std::int32_t block_targets() const { return block_; }
  // At most block_targets() targets; magnitude: [targets][sources].
  void operator()(std::int32_t first_target, Span<float> magnitude);

 private:
  void resize(std::int32_t targets);
  void pack_targets(std::int32_t first_target);

  std::shared_ptr<Backend> backend_;
  SampleMatrix x_, dy_;
  std::int32_t block_ = 0;
  std::int32_t targets_ = 0;  // of the full pattern at hand
  std::vector<std::int64_t> all_;
  std::vector<float> columns_;  // [samples][targets_] of dy
  Panel sources_panel_, targets_panel_;
  std::unique_ptr<DeviceCsr> full_;
  std::unique_ptr<Buffer> gradient_;
};

}  // namespace sparsegrow::python
