// The words that Metal adds to C++. translate.py takes `constant` and the attributes away, and
// turns threadgroup variables into references; what is left of the address spaces says nothing to
// C++.
#pragma once

#define kernel
#define device
#define thread
#define threadgroup
