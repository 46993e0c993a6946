// One worker pool for the process. Work is cut into chunks by the caller; which thread runs a chunk
// never changes a result, as each output has one owner chunk.
#pragma once

#include <cstdint>
#include <type_traits>

namespace sparsegrow {

// Threads used by parallel_for, the caller included; where the system has no more to give, it makes
// do with those it got. Starts as SPARSEGROW_NUM_THREADS, else the number of cores this process may
// run on. set_num_threads throws invalid_argument outside 1..256, as does the first call of any
// function here when SPARSEGROW_NUM_THREADS is not such a number.
int num_threads();
void set_num_threads(int threads);

// Runs body(context, chunk) once for each chunk in [0, chunks), on all threads, and returns when
// all are done. Subnormals are flushed in each of them. An exception of a body is rethrown here,
// once; whether the chunks after it have run is then open. Nested calls run on the calling thread.
// Safe after fork() and from several threads, one call at a time.
void run_chunks(std::int64_t chunks, void (*body)(void* context, std::int64_t chunk),
                void* context);

template <class Body>
void parallel_for(std::int64_t chunks, Body&& body) {
  using Callable = std::remove_reference_t<Body>;
  auto call = [](void* context, std::int64_t chunk) { (*static_cast<Callable*>(context))(chunk); };
  run_chunks(chunks, call, const_cast<void*>(static_cast<const void*>(&body)));
}

}  // namespace sparsegrow
