// A network as Python holds it. Threads may share one: its own calls, and those of its trainers,
// machines and streams, run one after another, without the GIL. A process that is forked while
// another thread computes on a network must leave that one alone: its lock is never given back
// there.
#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>

namespace sparsegrow {
class CharNet;
class Network;
}  // namespace sparsegrow

namespace sparsegrow::python {

template <class Net>
struct SharedNet {
  std::shared_ptr<Net> net;
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();

  // The GIL goes before the lock is taken and comes back after it is given up, so that neither is
  // waited for with the other in hand. Nothing in `call` may touch Python.
  template <class Call>
  auto alone(Call call) const {
    pybind11::gil_scoped_release release;
    std::lock_guard<std::mutex> lock(*mutex);
    return call(*net);
  }
};

using PyCharNet = SharedNet<CharNet>;
using PyNetwork = SharedNet<Network>;

}  // namespace sparsegrow::python
