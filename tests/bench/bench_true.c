/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * bench_true - the program that the launchers execute: it only exits, without
 * a C library, so that what is measured is the launcher
 */
#include <sys/syscall.h>

void _start(void) __attribute__((__noreturn__));

void _start(void)
{
	for (;;) {
#if defined(__x86_64__)
		__asm__ volatile ("syscall" : : "a" (SYS_exit_group), "D" (0)
				  : "rcx", "r11", "memory");
#elif defined(__aarch64__)
		register long nr __asm__("x8") = SYS_exit_group;
		register long status __asm__("x0") = 0;

		__asm__ volatile ("svc #0" : : "r" (nr), "r" (status) : "memory");
#elif defined(__riscv)
		register long nr __asm__("a7") = SYS_exit_group;
		register long status __asm__("a0") = 0;

		__asm__ volatile ("ecall" : : "r" (nr), "r" (status) : "memory");
#else
# error "bench uses a static program of the C library instead of this one"
#endif
	}
}
