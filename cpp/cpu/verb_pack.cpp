// pack and unpack: between samples in rows and panels. A chunk is a run of features of one tile.
#include "cpu/backend_class.h"
#include "cpu/launch.h"

namespace sparsegrow::cpu {
namespace {

constexpr std::int32_t kFeatureRun = 256;

// Calls body(tile, first feature, last feature) over the whole panel part, on all threads.
template <class Body>
void for_feature_runs(std::int32_t batch, std::int32_t features, Body&& body) {
  const std::int64_t runs = (static_cast<std::int64_t>(features) + kFeatureRun - 1) / kFeatureRun;
  parallel_for(tile_count(batch) * runs, [&](std::int64_t i) {
    const auto first = static_cast<std::int32_t>(i % runs) * kFeatureRun;
    body(static_cast<std::int32_t>(i / runs), first,
         first + std::min(kFeatureRun, features - first));
  });
}

}  // namespace

void CpuBackend::pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                      std::int32_t first_row, Panel& panel) {
  require_pack(source, chosen, first_row, panel);
  with_real(panel.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto& kernels = table<Real>();
    const auto kernel = source.dtype == DType::f32 ? kernels.pack_f32 : kernels.pack_f64;
    for_feature_runs(panel.batch(), source.features,
                     [&](std::int32_t t, std::int32_t first, std::int32_t last) {
                       const auto tile = tile_of<Real>(panel, t);
                       kernel({source.data, chosen.data() + tile.first_column, source.features,
                               first, last, tile.width, tile.valid,
                               tile.data + static_cast<std::int64_t>(first_row) * tile.width});
                     });
  });
}

void CpuBackend::unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                        void* out) {
  require_unpack(panel, first_row, features, out);
  with_real(panel.dtype(), [&](auto real) {
    using Real = decltype(real);
    for_feature_runs(
        panel.batch(), features, [&](std::int32_t t, std::int32_t first, std::int32_t last) {
          const auto tile = tile_of<Real>(panel, t);
          const std::int64_t row = static_cast<std::int64_t>(first_row) * tile.width;
          const std::int64_t sample = static_cast<std::int64_t>(tile.first_column);
          table<Real>().unpack({tile.data + row, static_cast<Real*>(out) + sample * features,
                                features, first, last, tile.width, tile.valid});
        });
  });
}

}  // namespace sparsegrow::cpu
