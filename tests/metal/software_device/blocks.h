// Blocks, the closures of completion handlers. The layout is clang's (its Block-ABI-Apple).
#pragma once

namespace sparsegrow::software_metal {

// A block outlives the scope that wrote it only as a copy.
void* copy_block(const void* block);
void free_block(void* block);
void call_block(void* block, void* argument);

}  // namespace sparsegrow::software_metal
