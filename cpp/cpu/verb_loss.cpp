// softmax_xent and mse. One chunk is one tile: a sample's loss is summed by one thread.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {

void CpuBackend::softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                              const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) {
  require_softmax_xent(z, first_row, classes, labels, d, losses, correct);
  const std::int32_t batch = z.batch();
  const auto* label = labels.as<std::int32_t>();
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    parallel_for(tile_count(batch), [&](std::int64_t chunk) {
      const auto t = static_cast<std::int32_t>(chunk);
      const auto from = tile_of<Real>(z, t);
      const std::int64_t offset = static_cast<std::int64_t>(first_row) * from.width;
      const std::int32_t sample = from.first_column;
      table<Real>().softmax_xent({from.data + offset, tile_of<Real>(d, t).data + offset,
                                  label + sample, losses.as<Real>() + sample,
                                  correct.as<std::int32_t>() + sample, classes, from.width,
                                  from.valid, static_cast<Real>(1.0 / batch)});
    });
  });
}

void CpuBackend::mse(const Panel& a, std::int32_t first_row, std::int32_t outputs,
                     const Panel& targets, Panel& d, Buffer& losses) {
  require_mse(a, first_row, outputs, targets, d, losses);
  const std::int32_t batch = a.batch();
  with_real(a.dtype(), [&](auto real) {
    using Real = decltype(real);
    parallel_for(tile_count(batch), [&](std::int64_t chunk) {
      const auto t = static_cast<std::int32_t>(chunk);
      const auto from = tile_of<Real>(a, t);
      const std::int64_t offset = static_cast<std::int64_t>(first_row) * from.width;
      const double count = outputs;
      table<Real>().mse({from.data + offset, tile_of<Real>(targets, t).data,
                         tile_of<Real>(d, t).data + offset, losses.as<Real>() + from.first_column,
                         outputs, from.width, from.valid, static_cast<Real>(1 / count),
                         static_cast<Real>(2 / (count * batch))});
    });
  });
}

}  // namespace sparsegrow::cpu
