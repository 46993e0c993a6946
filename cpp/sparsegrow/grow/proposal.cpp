#include "sparsegrow/grow/proposal.h"

#include "sparsegrow/base/check.h"

namespace sparsegrow {
namespace {

constexpr struct {
  MutationKind kind;
  const char* name;
} kNames[] = {
    {MutationKind::widen, "widen"},
    {MutationKind::deepen, "deepen"},
    {MutationKind::expand_context, "expand_context"},
    {MutationKind::activate_memory, "activate_memory"},
    {MutationKind::prune, "prune"},
    {MutationKind::specialise, "specialise"},
};

}  // namespace

const char* name_of(MutationKind kind) { return kNames[static_cast<int>(kind)].name; }

MutationKind mutation_named(const std::string& name) {
  std::string known;
  for (const auto& entry : kNames) {
    if (name == entry.name) return entry.kind;
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
  }
  throw_invalid("Proposal", concat("got kind '", name, "', expected one of ", known));
}

}  // namespace sparsegrow
