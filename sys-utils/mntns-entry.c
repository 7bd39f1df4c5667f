/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * mntns-entry - where the statically linked program starts, before its C library
 *
 * A command that needs libraries is one for mntns-full. To find that out in main()
 * would have it pay for the start of two C libraries, of which the first looks up
 * all properties of the processor: in a virtual machine as long as a whole list of
 * thirty mounts takes. So the kernel starts the program here, where the first
 * argument decides.
 *
 * Nothing is relocated yet, and there is no thread-local storage: no pointers in
 * initialized data, no function of the C library, no stack protector. See
 * Makemodule.am for the flags, and the System V ABI for the stack at the start.
 */
#include <stddef.h>
#include <sys/syscall.h>

#include "mntns-static.h"

/*
 * What neither needs a library at once nor may need one in the midst of its work;
 * what only some of its options need is found when these are read.
 */
static const char stays[] =
	"run\0enter\0attach\0create\0delete\0setattr\0pin\0rename\0"
	"-h\0--help\0-V\0--version\0";

static int is_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/*
 * mntns_stays - whether the command with these arguments is one for this program
 */
int mntns_stays(char *const *argv)
{
	const char *name;

	if (!argv[0] || !argv[1])
		return 1;
	for (name = stays; *name; name++) {
		if (is_equal(name, argv[1]))
			return 1;
		while (*name)
			name++;
	}
	return 0;
}

#ifdef MNTNS_ENTRY

# if defined(__x86_64__)
/* %rdx is for _start, and the stack pointer is aligned as before a call. */
__asm__(
"	.text\n"
"	.globl	mntns_entry\n"
"	.type	mntns_entry, @function\n"
"mntns_entry:\n"
"	endbr64\n"
"	xorl	%ebp, %ebp\n"
"	movq	%rdx, %r12\n"
"	movq	%rsp, %rdi\n"
"	call	mntns_choose\n"
"	movq	%r12, %rdx\n"
"	jmp	_start\n"
"	.size	mntns_entry, . - mntns_entry\n"
);

static long execute(const char *path, char *const *argv, char *const *envp)
{
	long rc;

	__asm__ volatile("syscall"
			 : "=a" (rc)
			 : "a" (SYS_execve), "D" (path), "S" (argv), "d" (envp)
			 : "rcx", "r11", "memory");
	return rc;
}

# elif defined(__aarch64__)
/* x0 is for _start. */
__asm__(
"	.text\n"
"	.globl	mntns_entry\n"
"	.type	mntns_entry, %function\n"
"mntns_entry:\n"
"	hint	#34\n"
"	mov	x29, #0\n"
"	mov	x19, x0\n"
"	mov	x0, sp\n"
"	bl	mntns_choose\n"
"	mov	x0, x19\n"
"	b	_start\n"
"	.size	mntns_entry, . - mntns_entry\n"
);

static long execute(const char *path, char *const *argv, char *const *envp)
{
	register long number __asm__("x8") = SYS_execve;
	register long rc __asm__("x0") = (long) path;
	register char *const *second __asm__("x1") = argv;
	register char *const *third __asm__("x2") = envp;

	__asm__ volatile("svc #0"
			 : "+r" (rc)
			 : "r" (number), "r" (second), "r" (third)
			 : "memory");
	return rc;
}
# endif

/* Called above. Returns when the program is to go on, to main() and its messages. */
__attribute__((__visibility__("hidden"), __used__)) void mntns_choose(const size_t *stack);

void mntns_choose(const size_t *stack)
{
	char *const *argv = (char *const *) (stack + 1);
	char *const *envp = argv + stack[0] + 1;

	if (!mntns_stays(argv))
		execute(FULL_PROGRAM, argv, envp);
}

#endif /* MNTNS_ENTRY */
