#include "uses.h"

#include <algorithm>
#include <cstring>

#include "failure.h"
#include "pipeline.h"
#include "settings.h"

namespace sparsegrow::software_metal {
namespace {

bool is_staging(const Buffer& buffer) { return buffer.label.rfind("staging", 0) == 0; }

bool is_written(const Buffer& buffer) {
  const auto writes = [](const Use& use) { return use.writes; };
  return std::any_of(buffer.uses.begin(), buffer.uses.end(), writes);
}

Access access_of_host(const Buffer& buffer) {
  if (buffer.uses.empty()) return Access::kAll;
  if (is_written(buffer)) return Access::kNone;
  return is_staging(buffer) ? Access::kAll : Access::kRead;
}

auto find_use(Buffer& buffer, const Pipeline& kernel, bool writes) {
  const auto same = [&](const Use& use) { return use.kernel == &kernel && use.writes == writes; };
  return std::find_if(buffer.uses.begin(), buffer.uses.end(), same);
}

void keep_staged(Buffer& buffer, unsigned long offset) {
  const auto* const data = buffer.pages->data();
  const auto known = buffer.staged.size();
  if (offset > known) buffer.staged.insert(buffer.staged.end(), data + known, data + offset);
}

}  // namespace

void begin_use(Buffer& buffer, unsigned long offset, const Pipeline& kernel, bool writes) {
  const auto use = find_use(buffer, kernel, writes);
  if (use != buffer.uses.end()) {
    ++use->times;
  } else {
    buffer.uses.push_back({&kernel, writes, 1});
  }
  if (!settings().strict) return;
  buffer.pages->allow(access_of_host(buffer));
  if (is_staging(buffer) && !is_written(buffer)) keep_staged(buffer, offset);
}

void open_for_work(Buffer& buffer) {
  buffer.pages->allow(Access::kAll);
  const auto& staged = buffer.staged;
  if (!std::equal(staged.begin(), staged.end(), buffer.pages->data())) {
    fail("the host wrote over a part of ", name_of(buffer), " that work which nobody waited for (",
         buffer.uses.front().kernel->name, ") reads");
  }
}

void end_use(Buffer& buffer, const Pipeline& kernel, bool writes) {
  const auto use = find_use(buffer, kernel, writes);
  if (--use->times == 0) buffer.uses.erase(use);
  if (buffer.uses.empty()) buffer.staged.clear();
  if (!settings().strict) return;
  buffer.pages->allow(access_of_host(buffer));
}

}  // namespace sparsegrow::software_metal
