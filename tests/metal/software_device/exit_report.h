// What is told when the process ends.
#pragma once

namespace sparsegrow::software_metal {

// Called once from the start of everything, so that the report is linked in. The report itself is
// made by a destructor that runs behind those of all static objects.
void report_at_exit();

}  // namespace sparsegrow::software_metal
