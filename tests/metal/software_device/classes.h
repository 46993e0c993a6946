// All classes of the software device. Each register_ function stands in the file of its class.
#pragma once

namespace sparsegrow::software_metal {

void register_classes();  // the first call does it; before any message is sent

void register_object();
void register_foundation();
void register_autorelease_pool();
void register_device();
void register_library();
void register_pipeline();
void register_buffer();
void register_queue();
void register_command_buffer();
void register_encoder();

}  // namespace sparsegrow::software_metal
