// What tests ask of the software device and tell it: plain C, so that Python reaches it with ctypes
// in the module that the device is linked into.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

#define SOFTWARE_METAL_EXPORT __attribute__((visibility("default")))

// Objects of a class ("MTLBuffer") that are alive; all of them as text, "2 MTLBuffer, 1 NSString".
// The text holds until the next call.
SOFTWARE_METAL_EXPORT long software_metal_live(const char* class_name);
SOFTWARE_METAL_EXPORT const char* software_metal_living(void);

// The next `after` calls still succeed, later ones do not, until software_metal_heal().
//   "allocation"   newBuffer gives nil
//   "command"      a command buffer ends with the error of a full memory, and none of its work is
//                  done; one only, later ones succeed
//   "device_lost"  all command buffers end with the error of a lost device
//   "compile"      newLibrary gives an error
//   "pipeline"     newComputePipelineState gives an error
//   "no_device"    there is no device
//   "family"       supportsFamily says no
// Ends the process for any other word. SOFTWARE_METAL_FAIL="command:3,compile:0" does the same.
SOFTWARE_METAL_EXPORT void software_metal_fail(const char* what, long after);
SOFTWARE_METAL_EXPORT void software_metal_heal(void);  // no failure from here on

SOFTWARE_METAL_EXPORT void software_metal_set_max_buffer_length(unsigned long bytes);

// Counts since the start or the last reset, of what was put down, done or not. Without a kernel
// (null): of all kernels.
//   "command_buffers" that were committed and "waits" that were asked for; no kernel goes with them
//   "dispatches", "threads"
//   "bytes"        in the buffers that the dispatches bound, from the offset on, and in setBytes
// -1 for any other word.
SOFTWARE_METAL_EXPORT long software_metal_count(const char* what, const char* kernel);
SOFTWARE_METAL_EXPORT const char* software_metal_kernels(void);  // with a count, one a line
SOFTWARE_METAL_EXPORT void software_metal_reset_counts(void);

#ifdef __cplusplus
}
#endif
