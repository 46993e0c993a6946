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
  constexpr char where[] = "Backend.pack";
  require_range(where, "panel", panel, first_row, source.features);
  SG_REQUIRE(static_cast<std::int64_t>(chosen.size()) == panel.batch(), where, "got ",
             chosen.size(), " samples, expected the panel's batch, ", panel.batch());
  for (const std::int64_t sample : chosen) {
    SG_REQUIRE_RANGE(sample >= 0 && sample < source.samples, where, "got sample ", sample,
                     ", expected 0 to ", source.samples - 1);
  }
  SG_REQUIRE(source.data != nullptr || chosen.empty() || source.features == 0, where,
             "got no data, expected ", source.samples, " samples");
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
  constexpr char where[] = "Backend.unpack";
  require_range(where, "panel", panel, first_row, features);
  SG_REQUIRE(out != nullptr || features == 0 || panel.batch() == 0, where, "got no room for ",
             panel.batch(), " samples");
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
