// MTLCommandQueue: runs what was committed to it, in that order, and only while somebody waits.
#pragma once

#include <deque>

#include "object.h"

namespace sparsegrow::software_metal {

struct CommandBuffer;

struct Queue final : Object {
  static constexpr const char* kClass = "MTLCommandQueue";
  std::deque<CommandBuffer*> committed;  // each held
};

void run_until_done(Queue& queue, const CommandBuffer& last);

}  // namespace sparsegrow::software_metal
