// MTLBuffer. Its memory is the host's; work that nobody has waited for yet uses it through uses.h.
#pragma once

#include <memory>
#include <vector>

#include "object.h"
#include "pages.h"

namespace sparsegrow::software_metal {

struct Pipeline;

struct Use {
  const Pipeline* kernel;
  bool writes;
  long times;
};

struct Buffer final : Object {
  static constexpr const char* kClass = "MTLBuffer";
  static constexpr unsigned long kPrivate = 2;  // of MTLStorageMode: the host has no access

  std::unique_ptr<Pages> pages;
  unsigned long length = 0;
  unsigned long options = 0;
  std::vector<Use> uses;     // by dispatches that are encoded and not done
  std::vector<char> staged;  // what must not change before they are done, see uses.h

  unsigned long storage_mode() const { return options >> 4 & 15; }
  void dispose() override;
};

Buffer* make_buffer(unsigned long length, unsigned long options);  // filled with 0xCD
const std::vector<Buffer*>& living_buffers();
unsigned long allocated_bytes();  // in all of them

}  // namespace sparsegrow::software_metal
