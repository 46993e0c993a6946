// Checks of the verbs that run over the rows of panels: activations, losses, samples and figures.
#include "sparsegrow/backend/argument_checks.h"
#include "sparsegrow/backend/verb_checks.h"
#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

void require_srelu(const char* where, const char* name, const Csr& csr, const Buffer& srelu,
                   const Panel& z) {
  require_buffer(where, name, srelu, std::int64_t{kSreluParameters} * csr.targets(),
                 size_of(z.dtype()));
}

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
  if (srelu) require_srelu(where, "srelu", csr, *srelu, z);
}

}  // namespace

void require_row_sum(const Panel& panel, std::int32_t first_row, const Buffer& out) {
  constexpr char where[] = "Backend.row_sum";
  require_range(where, "panel", panel, first_row, panel.rows() - first_row);
  require_buffer(where, "out", out, panel.rows(), size_of(panel.dtype()));
}

void require_activate(const Csr& csr, std::int32_t level, ActivationParams f, const Buffer* srelu,
                      const Panel& z, const Panel& a) {
  require_activation("Backend.activate", csr, level, f, srelu, z, a);
}

void require_activate_grad(const Csr& csr, std::int32_t level, ActivationParams f,
                           const Buffer* srelu, const Panel& z, const Panel& d,
                           const Buffer* dsrelu, SlopeOf of) {
  constexpr char where[] = "Backend.activate_grad";
  require_activation(where, csr, level, f, srelu, z, d);
  SG_REQUIRE((srelu != nullptr) == (dsrelu != nullptr), where, "got one of srelu and dsrelu, ",
             "expected both or none");
  SG_REQUIRE(
      of == SlopeOf::input || f.kind == ActivationKind::tanh || f.kind == ActivationKind::sigmoid,
      where, "the slope of this activation cannot be told from its output: got kind ",
      static_cast<std::int32_t>(f.kind), ", expected tanh or sigmoid");
  if (dsrelu) require_srelu(where, "dsrelu", csr, *dsrelu, z);
}

void require_dropout(const Csr& csr, std::int32_t level, DropoutParams drop, const Panel& panel) {
  constexpr char where[] = "Backend.dropout";
  require_level(where, csr.target_plan, level);
  require_rows(where, "panel", panel, csr.targets());
  SG_REQUIRE(drop.rate >= 0 && drop.rate < 1, where, "got rate ", drop.rate,
             ", expected 0 or more and below 1");
}

void require_level_stats(const Csr& csr, const Panel& panel) {
  require_rows("Backend.level_stats", "panel", panel, csr.targets());
}

void require_softmax_xent(const Panel& z, std::int32_t first_row, std::int32_t classes,
                          const Buffer& labels, const Panel& d, const Buffer& losses,
                          const Buffer& correct) {
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
}

void require_mse(const Panel& a, std::int32_t first_row, std::int32_t outputs, const Panel& targets,
                 const Panel& d, const Buffer& losses) {
  constexpr char where[] = "Backend.mse";
  const std::int32_t batch = a.batch();
  require_alike(where, "targets", targets, a);
  require_alike(where, "d", d, a);
  require_range(where, "a", a, first_row, outputs);
  require_range(where, "d", d, first_row, outputs);
  require_rows(where, "targets", targets, outputs);
  require_buffer(where, "losses", losses, batch, size_of(a.dtype()));
  SG_REQUIRE(outputs > 0 || batch == 0, where, "got no outputs, expected at least 1");
}

void require_pack(const SampleMatrix& source, Span<const std::int64_t> chosen,
                  std::int32_t first_row, const Panel& panel) {
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
}

void require_unpack(const Panel& panel, std::int32_t first_row, std::int32_t features,
                    const void* out) {
  constexpr char where[] = "Backend.unpack";
  require_range(where, "panel", panel, first_row, features);
  SG_REQUIRE(out != nullptr || features == 0 || panel.batch() == 0, where, "got no room for ",
             panel.batch(), " samples");
}

}  // namespace sparsegrow
