// softmax_xent and mse. One chunk is one tile: a sample's loss is summed by one thread.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {

void CpuBackend::softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                              const Buffer& labels, Panel& d, Buffer& losses, Buffer& correct) {
  constexpr char where[] = "Backend.softmax_xent";
  const std::int32_t batch = z.batch();
  require_alike(where, "d", d, z);
  require_range(where, "z", z, first_row, classes);
  require_range(where, "d", d, first_row, classes);
  require_buffer(where, "labels", labels, batch, sizeof(std::int32_t));
  require_buffer(where, "losses", losses, batch, size_of(z.dtype()));
  require_buffer(where, "correct", correct, batch, sizeof(std::int32_t));
  const auto* label = labels.as<std::int32_t>();
  for (std::int32_t b = 0; b < batch; ++b) {
    SG_REQUIRE(label[b] >= 0 && label[b] < classes, where, "label of sample ", b, ": got ",
               label[b], ", expected 0 to ", classes - 1);
  }
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
  constexpr char where[] = "Backend.mse";
  const std::int32_t batch = a.batch();
  require_alike(where, "targets", targets, a);
  require_alike(where, "d", d, a);
  require_range(where, "a", a, first_row, outputs);
  require_range(where, "d", d, first_row, outputs);
  require_rows(where, "targets", targets, outputs);
  require_buffer(where, "losses", losses, batch, size_of(a.dtype()));
  SG_REQUIRE(outputs > 0 || batch == 0, where, "got no outputs, expected at least 1");
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
