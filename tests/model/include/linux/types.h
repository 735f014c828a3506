/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
#pragma once
/* Integer types and what a kernel source takes for granted: attributes, one-time
 * assertions, single loads and stores.  `sparse` annotations mean nothing here.
 */
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/errno.h>

typedef uint8_t u8, __u8, u_int8_t;
typedef uint16_t u16, __u16, u_int16_t, __be16, __sum16;
typedef uint32_t u32, __u32, u_int32_t, __be32, __wsum;
typedef uint64_t u64, __u64, __be64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32, __s32;
typedef int64_t s64;
typedef unsigned int gfp_t, uint;
typedef unsigned short umode_t;

#define U8_MAX		UINT8_MAX
#define U16_MAX		UINT16_MAX
#define U32_MAX		UINT32_MAX
#define S32_MAX		INT32_MAX

#define __rcu
#define __percpu
#define __force
#define __user
#define __bitwise
#define __init
#define __exit
#define __net_init
#define __net_exit
#define __read_mostly
#define __maybe_unused	__attribute__((unused))
#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define noinline	__attribute__((noinline))
#define fallthrough	__attribute__((fallthrough))
#define likely(x)	(x)
#define unlikely(x)	(x)
#define EXPORT_SYMBOL(name)	extern typeof(name) name
#define EXPORT_SYMBOL_GPL(name)	extern typeof(name) name

#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile typeof(x) *)&(x) = (value))
#define cmpxchg(where, old, new) __sync_val_compare_and_swap(where, old, new)
#define xchg(where, new)	__sync_lock_test_and_set(where, new)
#define smp_wmb()		__sync_synchronize()
#define smp_mb__after_atomic()	__sync_synchronize()
#define smp_rmb()		__sync_synchronize()
#define smp_mb()		__sync_synchronize()
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)

#define MODEL_ASSERT_(expr, text, ...)	_Static_assert(expr, text)
#define static_assert(expr, ...)	MODEL_ASSERT_(expr, ##__VA_ARGS__, #expr)
#define BUILD_BUG_ON(expr)		static_assert(!(expr))

#define sizeof_field(type, member)	sizeof(((type *)0)->member)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define BIT(n)			(1UL << (n))
#define BIT_ULL(n)		(1ULL << (n))
#define PAGE_SIZE		4096
#define IS_ENABLED(option)	(option)
#define IS_BUILTIN(option)	(option)

#define min(a, b) ({ typeof(a) a_ = (a); typeof(b) b_ = (b); (void)(&a_ == &b_); a_ < b_ ? a_ : b_; })
#define max(a, b) ({ typeof(a) a_ = (a); typeof(b) b_ = (b); (void)(&a_ == &b_); a_ > b_ ? a_ : b_; })
#define min_t(type, a, b) ({ type a_ = (a); type b_ = (b); a_ < b_ ? a_ : b_; })
#define max_t(type, a, b) ({ type a_ = (a); type b_ = (b); a_ > b_ ? a_ : b_; })
#define clamp_t(type, v, lo, hi) min_t(type, max_t(type, v, lo), hi)
#define swap(a, b) do { typeof(a) swap_ = (a); (a) = (b); (b) = swap_; } while (0)

static inline u16 model_swab16(u16 value) { return __builtin_bswap16(value); }
static inline u32 model_swab32(u32 value) { return __builtin_bswap32(value); }
#define htons(x)	model_swab16(x)
#define ntohs(x)	model_swab16(x)
#define htonl(x)	model_swab32(x)
#define ntohl(x)	model_swab32(x)
#define cpu_to_be16(x)	htons(x)
#define cpu_to_be32(x)	htonl(x)
#define be16_to_cpu(x)	ntohs(x)
#define be32_to_cpu(x)	ntohl(x)

/* The configuration of Debian's kernel, as far as anything here asks for it. */
#define CONFIG_NF_NAT			1
#define CONFIG_NF_TPROXY_IPV4		1
#define CONFIG_NF_SOCKET_IPV4		1
#define CONFIG_NF_TPROXY_IPV6		1
#define CONFIG_NF_SOCKET_IPV6		1
#define CONFIG_IPV6			1
#define CONFIG_PROC_FS			1
#define CONFIG_NF_CONNTRACK_EVENTS	1
#define CONFIG_NF_CONNTRACK_MARK	1
#define CONFIG_NF_CONNTRACK_ZONES	1

/* What went wrong is kept in a list that the test reads; see ../../model.h. */
void model_report(const char *format, ...) __printf(1, 2);
#define WARN_ON(expr) ({ bool warn_ = (expr); if (warn_) model_report("WARN_ON(%s) in %s", #expr, __func__); warn_; })
#define WARN_ON_ONCE(expr) WARN_ON(expr)
#define WARN_ONCE(expr, ...) ({ bool warn_ = (expr); if (warn_) model_report(__VA_ARGS__); warn_; })
#define BUG_ON(expr) do { if (WARN_ON(expr)) __builtin_trap(); } while (0)
#define BUG() BUG_ON(true)

#include <linux/string.h>
