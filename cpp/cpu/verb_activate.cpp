// activate, activate_grad and dropout: elementwise over the target rows of a level.
#include "cpu/backend_class.h"
#include "cpu/launch.h"
#include "sparsegrow/backend/dropout_mask.h"

namespace sparsegrow::cpu {
namespace {

void require_activation(const char* where, const Csr& csr, std::int32_t level, ActivationParams f,
                        const Buffer* srelu, const Panel& z, const Panel& other) {
  require_level(where, csr.target_plan, level);
  require_alike(where, "panel", other, z);
  require_rows(where, "z", z, csr.targets());
  require_rows(where, "panel", other, csr.targets());
  const auto kind = static_cast<std::int32_t>(f.kind);
  SG_REQUIRE(kind >= 0 && kind <= static_cast<std::int32_t>(ActivationKind::srelu), where,
             "no such activation: got ", kind);
  const bool wants = f.kind == ActivationKind::srelu;
  SG_REQUIRE(wants == (srelu != nullptr), where, "SReLU parameters: got ", srelu ? "some" : "none",
             ", expected ", wants ? "some" : "none");
  if (srelu) {
    require_buffer(where, "srelu", *srelu, std::int64_t{kSreluParameters} * csr.targets(),
                   size_of(z.dtype()));
  }
}

}  // namespace

void CpuBackend::activate(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                          const Buffer* srelu, const Panel& z, Panel& a) {
  const Csr& host = csr.host();
  require_activation("Backend.activate", host, level, f, srelu, z, a);
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    for_level_tiles<Real>(host.target_plan, level, z, [&](std::int32_t t, const TileRows& at) {
      table<Real>().activate({at, f, srelu ? srelu->as<Real>() : nullptr, host.targets(),
                              tile_of<Real>(z, t).data, tile_of<Real>(a, t).data, nullptr, false,
                              false});
    });
  });
}

void CpuBackend::activate_grad(const DeviceCsr& csr, std::int32_t level, ActivationParams f,
                               const Buffer* srelu, const Panel& z, Panel& d, Buffer* dsrelu,
                               SlopeOf of) {
  constexpr char where[] = "Backend.activate_grad";
  const Csr& host = csr.host();
  require_activation(where, host, level, f, srelu, z, d);
  SG_REQUIRE((srelu != nullptr) == (dsrelu != nullptr), where, "got one of srelu and dsrelu, ",
             "expected both or none");
  SG_REQUIRE(
      of == SlopeOf::input || f.kind == ActivationKind::tanh || f.kind == ActivationKind::sigmoid,
      where, "the slope of this activation cannot be told from its output: got kind ",
      static_cast<std::int32_t>(f.kind), ", expected tanh or sigmoid");
  if (dsrelu) {
    require_buffer(where, "dsrelu", *dsrelu, std::int64_t{kSreluParameters} * host.targets(),
                   size_of(z.dtype()));
  }
  with_real(z.dtype(), [&](auto real) {
    using Real = decltype(real);
    for_level_tiles<Real>(host.target_plan, level, z, [&](std::int32_t t, const TileRows& at) {
      table<Real>().activate_grad({at, f, srelu ? srelu->as<Real>() : nullptr, host.targets(),
                                   tile_of<Real>(z, t).data, tile_of<Real>(d, t).data,
                                   dsrelu ? dsrelu->as<Real>() : nullptr, t > 0,
                                   of == SlopeOf::output});
    });
  });
}

void CpuBackend::dropout(const DeviceCsr& csr, std::int32_t level, DropoutParams drop,
                         Panel& panel) {
  constexpr char where[] = "Backend.dropout";
  const Csr& host = csr.host();
  require_level(where, host.target_plan, level);
  require_rows(where, "panel", panel, host.targets());
  SG_REQUIRE(drop.rate >= 0 && drop.rate < 1, where, "got rate ", drop.rate,
             ", expected 0 or more and below 1");
  if (drop.rate == 0) return;
  const double rate = drop.rate;
  const std::uint32_t threshold = dropout_threshold(drop.rate);
  with_real(panel.dtype(), [&](auto real) {
    using Real = decltype(real);
    const auto scale = static_cast<Real>(1 / (1 - rate));
    for_level_tiles<Real>(host.target_plan, level, panel, [&](std::int32_t t, const TileRows& at) {
      table<Real>().dropout(
          {at, drop.seed, drop.step, threshold, scale, tile_of<Real>(panel, t).data});
    });
  });
}

}  // namespace sparsegrow::cpu
