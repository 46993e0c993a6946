// What was asked of the device, so that a host's own counters can be held against it; tests ask
// through software_metal.h.
#pragma once

#include <string>

namespace sparsegrow::software_metal {

void count_dispatch(const std::string& kernel, unsigned long threads, unsigned long bytes);
void count_command_buffer();
void count_wait();

std::string counters_text();  // one line for each kernel

}  // namespace sparsegrow::software_metal
