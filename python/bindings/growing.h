// The growing network as Python holds it: a network and what its trainer has found out.
#pragma once

#include <memory>
#include <vector>

#include "sparsegrow/grow/char_trainer.h"

namespace sparsegrow::python {

struct PyCharNet {
  std::shared_ptr<CharNet> net;
  std::shared_ptr<CharTrainer*> scout;  // the trainer that was made last, null once it is gone

  explicit PyCharNet(std::shared_ptr<CharNet> network)
      : net(std::move(network)), scout(std::make_shared<CharTrainer*>(nullptr)) {}
  std::vector<std::int64_t> grow(const std::vector<Proposal>& proposals) const {
    return *scout ? (*scout)->grow(proposals) : net->grow(proposals, {});
  }
};

}  // namespace sparsegrow::python
