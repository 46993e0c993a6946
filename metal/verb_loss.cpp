// softmax_xent and mse: one thread for each sample.
#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {

void MetalBackend::softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                                const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) {
  require_softmax_xent(z, first_row, classes, labels, d, losses, correct);
  const SoftmaxArguments arguments{z.shape(), d.shape(), first_row, classes,
                                   static_cast<float>(1.0 / z.batch())};
  encoder()
      .launch("softmax_xent_tile_f32")
      .arg(z.buffer())
      .arg(labels)
      .arg(d.buffer())
      .arg(losses)
      .arg(correct)
      .params(arguments)
      .moves(std::int64_t{8} * classes * padded_batch(z.batch()) + std::int64_t{12} * z.batch())
      .over_lanes(1, z);
}

void MetalBackend::mse(const Panel& a, std::int32_t first_row, std::int32_t outputs,
                       const Panel& targets, Panel& d, Buffer& losses) {
  require_mse(a, first_row, outputs, targets, d, losses);
  const double count = outputs;
  const MseArguments arguments{a.shape(),
                               targets.shape(),
                               d.shape(),
                               first_row,
                               outputs,
                               static_cast<float>(1 / count),
                               static_cast<float>(2 / (count * a.batch()))};
  encoder()
      .launch("mse_tile_f32")
      .arg(a.buffer())
      .arg(targets.buffer())
      .arg(d.buffer())
      .arg(losses)
      .params(arguments)
      .moves(std::int64_t{12} * outputs * padded_batch(a.batch()) + std::int64_t{4} * a.batch())
      .over_lanes(1, a);
}

}  // namespace sparsegrow::metal
