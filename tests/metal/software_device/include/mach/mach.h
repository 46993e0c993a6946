// The types of <mach/mach.h> that metal-cpp names.
#pragma once

typedef int kern_return_t;
typedef unsigned task_id_token_t;
