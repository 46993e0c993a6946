// Catch2 by one name, whichever major version is installed.
#pragma once

#define CATCH_CONFIG_ENABLE_BENCHMARKING
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif
