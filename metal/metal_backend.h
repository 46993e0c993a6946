// The Metal backend: the verbs as kernels on an Apple GPU, put down in one command buffer per step.
// Builds without Metal have absent.cpp in its place.
#pragma once

#include <memory>
#include <string>

#include "sparsegrow/backend/backend.h"

namespace sparsegrow {

// Throws runtime_error with the reason, in words for the user, when there is no Metal here.
std::shared_ptr<Backend> make_metal_backend();

}  // namespace sparsegrow
