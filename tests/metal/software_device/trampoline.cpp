// objc_msgSend: finds the method of a message and jumps to it with all argument registers, and the
// arguments on the stack, as the sender left them.

#define SAVED_NAME(name) \
  ".text\n.globl " name "\n.hidden " name "\n.type " name ",@function\n" name ":\n"

#if defined(__x86_64__)

// A struct larger than 16 bytes is returned through a pointer in rdi, which shifts receiver and
// selector by one register: objc_msgSend_stret. rax holds the number of vector registers of a call
// with variable arguments.
#define TRAMPOLINE(name, receiver, selector) \
  asm(SAVED_NAME(name)                                                              \
      "pushq %rbp\n movq %rsp,%rbp\n subq $192,%rsp\n"                              \
      "movq %rdi,(%rsp)\n movq %rsi,8(%rsp)\n movq %rdx,16(%rsp)\n"                 \
      "movq %rcx,24(%rsp)\n movq %r8,32(%rsp)\n movq %r9,40(%rsp)\n"                \
      "movq %rax,48(%rsp)\n"                                                        \
      "movups %xmm0,64(%rsp)\n movups %xmm1,80(%rsp)\n movups %xmm2,96(%rsp)\n"     \
      "movups %xmm3,112(%rsp)\n movups %xmm4,128(%rsp)\n movups %xmm5,144(%rsp)\n"  \
      "movups %xmm6,160(%rsp)\n movups %xmm7,176(%rsp)\n"                           \
      "movq " receiver ",%r10\n movq " selector ",%rsi\n movq %r10,%rdi\n"          \
      "callq software_metal_method\n movq %rax,%r11\n"                              \
      "movq (%rsp),%rdi\n movq 8(%rsp),%rsi\n movq 16(%rsp),%rdx\n"                 \
      "movq 24(%rsp),%rcx\n movq 32(%rsp),%r8\n movq 40(%rsp),%r9\n"                \
      "movq 48(%rsp),%rax\n"                                                        \
      "movups 64(%rsp),%xmm0\n movups 80(%rsp),%xmm1\n movups 96(%rsp),%xmm2\n"     \
      "movups 112(%rsp),%xmm3\n movups 128(%rsp),%xmm4\n movups 144(%rsp),%xmm5\n"  \
      "movups 160(%rsp),%xmm6\n movups 176(%rsp),%xmm7\n"                           \
      "leave\n jmpq *%r11\n .size " name ",.-" name "\n")

TRAMPOLINE("objc_msgSend", "%rdi", "%rsi");
TRAMPOLINE("objc_msgSend_fpret", "%rdi", "%rsi");
TRAMPOLINE("objc_msgSend_stret", "%rsi", "%rdx");

#elif defined(__aarch64__)

// x8 points to where a large struct is to be returned; metal-cpp uses this one form for all.
asm(SAVED_NAME("objc_msgSend")
    "stp x29, x30, [sp, #-224]!\n mov x29, sp\n"
    "stp x0, x1, [sp, #16]\n stp x2, x3, [sp, #32]\n stp x4, x5, [sp, #48]\n"
    "stp x6, x7, [sp, #64]\n str x8, [sp, #80]\n"
    "stp q0, q1, [sp, #96]\n stp q2, q3, [sp, #128]\n"
    "stp q4, q5, [sp, #160]\n stp q6, q7, [sp, #192]\n"
    "bl software_metal_method\n mov x16, x0\n"
    "ldp x0, x1, [sp, #16]\n ldp x2, x3, [sp, #32]\n ldp x4, x5, [sp, #48]\n"
    "ldp x6, x7, [sp, #64]\n ldr x8, [sp, #80]\n"
    "ldp q0, q1, [sp, #96]\n ldp q2, q3, [sp, #128]\n"
    "ldp q4, q5, [sp, #160]\n ldp q6, q7, [sp, #192]\n"
    "ldp x29, x30, [sp], #224\n br x16\n .size objc_msgSend,.-objc_msgSend\n");

#else
#error "the software Metal device knows x86-64 and AArch64"
#endif
