// MTLCommandBuffer: dispatches, put down by one encoder after another, that run together.
#pragma once

#include "dispatch.h"
#include "foundation.h"
#include "queue.h"

namespace sparsegrow::software_metal {

struct Encoder;

enum class Status : unsigned long { kNew = 0, kCommitted = 2, kCompleted = 4, kError = 5 };

struct CommandBuffer final : Object {
  static constexpr const char* kClass = "MTLCommandBuffer";

  Queue* queue = nullptr;  // held until this is done
  bool retains = true;     // what it uses, until it is done
  Status status = Status::kNew;
  Encoder* open = nullptr;
  std::vector<Dispatch> dispatches;
  std::vector<Object*> kept;
  std::vector<void*> handlers;    // blocks, to be called when this is done
  Error* error = nullptr;         // held
  double started = 0, ended = 0;  // seconds

  bool is_done() const { return status == Status::kCompleted || status == Status::kError; }
  void keep(Object* object);
  void dispose() override;
};

CommandBuffer* make_command_buffer(Queue& queue, bool retains);  // owned by the caller
void run(CommandBuffer& commands);                               // committed ones

}  // namespace sparsegrow::software_metal
