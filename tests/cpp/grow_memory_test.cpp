// Memory: what is counted as the peak, and what is left when it runs out.
#include "catch.h"
#include "cpu/cpu_backend.h"
#include "grow_cases.h"
#include "lazy_backend.h"

namespace sparsegrow {
namespace {

using namespace test;

// A network with every kind of edge on a device whose memory can run out.
struct Scene {
  std::shared_ptr<LazyBackend> device = std::make_shared<LazyBackend>(make_cpu_backend());
  std::shared_ptr<CharNet> net = embryo(DType::f32, 3, device);
  CharTrainer trainer{net, short_text(), small_steps()};

  Scene() {
    trainer.train(6, 1.0);
    trainer.grow(proposals());
    trainer.train(6, 1.0);
  }
  std::vector<Proposal> proposals() {
    return {{MutationKind::widen, 70, 1, 9, 1},
            {MutationKind::activate_memory, 70, 0, 1, 2},
            {MutationKind::specialise, -1, 0, 20, 3},
            {MutationKind::prune, -1, 0, 40, 4}};
  }
};

TEST_CASE("a growth that runs out of memory changes nothing, and training goes on") {
  Scene scene;
  std::int64_t k = 0;
  for (bool failed = true; failed; ++k) {
    const std::string bits = bits_of(*scene.net);
    const std::int64_t edges = scene.net->edges();
    failed = runs_out(*scene.device, k, [&] { scene.trainer.grow(scene.proposals()); });
    INFO("allocation " << k);
    REQUIRE(failed == (bits_of(*scene.net) == bits));
    REQUIRE(failed == (scene.net->edges() == edges));
    scene.trainer.train(1, 1.0);
  }
  REQUIRE(k > 20);
}

TEST_CASE("a rollback that runs out of memory is made whole or not at all") {
  Scene scene;
  const auto saved = scene.net->snapshot();
  const std::string before = bits_of(*scene.net);
  const std::int64_t edges_before = scene.net->edges();
  std::int64_t k = 0;
  for (bool failed = true; failed; ++k) {
    scene.trainer.grow(scene.proposals());
    scene.trainer.train(1, 1.0);
    const std::string after = bits_of(*scene.net);
    const std::int64_t edges_after = scene.net->edges();
    failed = runs_out(*scene.device, k, [&] { scene.net->rollback(saved); });
    INFO("allocation " << k);
    const std::string bits = bits_of(*scene.net);
    REQUIRE((bits == before || (failed && bits == after)));
    REQUIRE(scene.net->edges() == (bits == before ? edges_before : edges_after));
    scene.trainer.train(1, 1.0);
    scene.net->rollback(saved);
    REQUIRE(bits_of(*scene.net) == before);
  }
  REQUIRE(k > 20);
}

TEST_CASE("the peak has the snapshots in it that live") {
  const auto net = embryo(DType::f32);
  CharTrainer trainer(net, short_text(), small_steps());
  trainer.train(2, 1.0);
  const std::int64_t alone = net->bytes();
  REQUIRE(net->peak_bytes() == alone);
  std::int64_t state = 0;
  for (const StateTable* table : {&net->hidden_state(), &net->input_state(), &net->pattern_state()})
    state += table->bytes();
  {
    const auto gone = net->snapshot();
  }
  REQUIRE(net->peak_bytes() == alone + state);
  auto saved = std::make_unique<CharNet::Snapshot>(net->snapshot());
  const CharNet::Snapshot copy = *saved;  // holds the same memory
  saved.reset();
  REQUIRE(net->peak_bytes() == alone + state);
  trainer.grow({{MutationKind::widen, 70, 1, 100, 1}});
  trainer.train(2, 1.0);
  REQUIRE(net->bytes() > alone);
  REQUIRE(net->peak_bytes() == net->bytes() + state);
}

}  // namespace
}  // namespace sparsegrow
