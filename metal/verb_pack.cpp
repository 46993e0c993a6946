// pack and unpack: between samples in host memory and panels. Samples go to the device as float32,
// row by row; kernels turn them.
#include <cstring>

#include "metal/backend_class.h"
#include "metal/kernels/arguments.h"
#include "sparsegrow/backend/verb_checks.h"

namespace sparsegrow::metal {
namespace {

// The chosen samples, [batch][features].
template <class Source>
std::vector<float> chosen_rows(const SampleMatrix& source, Span<const std::int64_t> chosen) {
  const auto* const data = static_cast<const Source*>(source.data);
  const std::int64_t features = source.features;
  std::vector<float> rows;
  rows.reserve(chosen.size() * static_cast<std::size_t>(features));
  for (const std::int64_t sample : chosen) {
    const Source* const row = data + sample * features;
    for (std::int64_t f = 0; f < features; ++f) rows.push_back(static_cast<float>(row[f]));
  }
  return rows;
}

// Bytes of a part of a panel, and of the same numbers in rows.
std::int64_t bytes_of(const Panel& panel, std::int32_t features) {
  return std::int64_t{4} * features * (padded_batch(panel.batch()) + panel.batch());
}

}  // namespace

void MetalBackend::pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                        std::int32_t first_row, Panel& panel) {
  require_pack(source, chosen, first_row, panel);
  const std::vector<float> rows = source.dtype == DType::f32 ? chosen_rows<float>(source, chosen)
                                                             : chosen_rows<double>(source, chosen);
  encoder()
      .launch("pack_tile_f32")
      .staged(Span<const float>(rows))
      .arg(panel.buffer())
      .params(PackArguments{panel.shape(), first_row, source.features})
      .moves(bytes_of(panel, source.features))
      .over_lanes(source.features, panel);
}

void MetalBackend::unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                          void* out) {
  require_unpack(panel, first_row, features, out);
  const std::size_t bytes =
      sizeof(float) * static_cast<std::size_t>(features) * static_cast<std::size_t>(panel.batch());
  if (bytes == 0) return;
  const auto rows = allocate(bytes);
  encoder()
      .launch("unpack_tile_f32")
      .arg(panel.buffer())
      .arg(*rows)
      .params(PackArguments{panel.shape(), first_row, features})
      .moves(bytes_of(panel, features))
      .over_lanes(features, panel);
  finish();
  std::memcpy(out, rows->data(), bytes);
}

}  // namespace sparsegrow::metal
