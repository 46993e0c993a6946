// Which work uses a buffer, from the dispatch that binds it until that work is done.
//
// In strict mode the host loses access meanwhile: no access to what the work writes, no writing of
// what it reads. An access ends the process with one line that names the buffer and the kernels. A
// buffer whose label begins with "staging" may be added to while work reads it, as the host does
// that puts down arguments one behind the other: what lies before the last offset that was bound
// must then stay as it is, which is checked when the work runs.
#pragma once

#include "buffer.h"

namespace sparsegrow::software_metal {

void begin_use(Buffer& buffer, unsigned long offset, const Pipeline& kernel, bool writes);
void open_for_work(Buffer& buffer);  // right before the work runs
void end_use(Buffer& buffer, const Pipeline& kernel, bool writes);

// Explains accesses to memory that a buffer does not give; others go to whoever listened before.
void watch_accesses();

}  // namespace sparsegrow::software_metal
