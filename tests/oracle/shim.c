/* Stands in for the hypervisor and for xenstore below the real xl, as far as reading a configuration needs them.
 *
 * Preloaded, so that its functions come before those of libxencall, libxenstore and libc. The host it describes never
 * changes: HOST_CPUS processors, spread evenly over HOST_NODES NUMA nodes, HOST_MIB of memory, and no domain that xl
 * could look up. A hypercall that is not answered here fails with ENOSYS. Two variables change what xl finds:
 * ORACLE_XL_CONF names the file that it reads as /etc/xen/xl.conf (unset: there is none), ORACLE_FREE_CPUS is the mask
 * of the processors that are in no cpupool (unset: all are in Pool-0). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define __XEN_TOOLS__ 1
#include <xen/xen.h>
#include <xen/domctl.h>
#include <xen/sysctl.h>
#include <xen/version.h>

#define HOST_CPUS 8u
#define HOST_NODES 2u
#define HOST_MIB (64ull * 1024)
#define FREE_MIB (60ull * 1024)
#define PAGES_PER_MIB 256ull
#define CPUS_PER_NODE (HOST_CPUS / HOST_NODES)
#define POOL_NAME "Pool-0"
#define NEAR 10
#define FAR 20

/* The guest handles of the public headers are unions on some architectures: only .p is portable. */
#define POINTER(handle) ((handle).p)

static char a_handle;

static long refuse(int error)
{
    errno = error;
    return -1;
}

static unsigned at_most(unsigned wanted, unsigned there_is)
{
    return wanted < there_is ? wanted : there_is;
}

static long answer_version(uint64_t what, char *answer)
{
    switch (what) {
    case XENVER_version:
        return 4 << 16 | XEN_MINOR;
    case XENVER_pagesize:
        return 4096;
    case XENVER_capabilities:
        strcpy(answer, "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64");
        return 0;
    }
    /* The rest are texts that go unread while a configuration is parsed. */
    if (answer)
        *answer = '\0';
    return 0;
}

static long answer_physinfo(struct xen_sysctl_physinfo *info)
{
    memset(info, 0, sizeof *info);
    info->threads_per_core = 1;
    info->cores_per_socket = CPUS_PER_NODE;
    info->nr_cpus = HOST_CPUS;
    info->max_cpu_id = HOST_CPUS - 1;
    info->nr_nodes = HOST_NODES;
    info->max_node_id = HOST_NODES - 1;
    info->cpu_khz = 3000000;
    info->capabilities = XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_pv | XEN_SYSCTL_PHYSCAP_directio |
                         XEN_SYSCTL_PHYSCAP_hap | XEN_SYSCTL_PHYSCAP_shadow;
    info->total_pages = HOST_MIB * PAGES_PER_MIB;
    info->free_pages = FREE_MIB * PAGES_PER_MIB;
    return 0;
}

/* Both topology calls are made twice: without a buffer to learn the size, then with one. */
static long answer_cputopology(struct xen_sysctl_cputopoinfo *info)
{
    xen_sysctl_cputopo_t *cpus = POINTER(info->cputopo);

    for (unsigned cpu = 0; cpus && cpu < at_most(info->num_cpus, HOST_CPUS); cpu++) {
        cpus[cpu].core = cpu % CPUS_PER_NODE;
        cpus[cpu].socket = cpu / CPUS_PER_NODE;
        cpus[cpu].node = cpu / CPUS_PER_NODE;
    }
    info->num_cpus = HOST_CPUS;
    return 0;
}

static long answer_numa(struct xen_sysctl_numainfo *info)
{
    xen_sysctl_meminfo_t *memory = POINTER(info->meminfo);
    uint32_t *distance = POINTER(info->distance);
    unsigned room = info->num_nodes, nodes = at_most(room, HOST_NODES);

    for (unsigned node = 0; memory && node < nodes; node++) {
        memory[node].memsize = (HOST_MIB << 20) / HOST_NODES;
        memory[node].memfree = (FREE_MIB << 20) / HOST_NODES;
    }
    for (unsigned from = 0; distance && from < nodes; from++)
        for (unsigned to = 0; to < nodes; to++)
            distance[from * room + to] = from == to ? NEAR : FAR;
    info->num_nodes = HOST_NODES;
    return 0;
}

static unsigned free_cpus(void)
{
    const char *mask = getenv("ORACLE_FREE_CPUS");

    return mask ? strtoul(mask, NULL, 0) : 0;
}

static void set_cpus(struct xenctl_bitmap *map, unsigned cpus)
{
    memset(POINTER(map->bitmap), 0, (map->nr_bits + 7) / 8);
    memcpy(POINTER(map->bitmap), &cpus, (HOST_CPUS + 7) / 8);
}

/* One pool, number 0. */
static long answer_cpupool(struct xen_sysctl_cpupool_op *call)
{
    unsigned unused = free_cpus();

    switch (call->op) {
    case XEN_SYSCTL_CPUPOOL_OP_INFO:
        if (call->cpupool_id)
            return refuse(ENOENT);
        call->sched_id = XEN_SCHEDULER_CREDIT2;
        call->n_dom = 1;
        set_cpus(&call->cpumap, ((1u << HOST_CPUS) - 1) & ~unused);
        return 0;
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
        set_cpus(&call->cpumap, unused);
        return 0;
    }
    return refuse(ENOSYS);
}

static long answer_sysctl(struct xen_sysctl *call)
{
    switch (call->cmd) {
    case XEN_SYSCTL_getdomaininfolist:
        call->u.getdomaininfolist.num_domains = 0;
        return 0;
    case XEN_SYSCTL_sched_id:
        call->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT2;
        return 0;
    case XEN_SYSCTL_cpupool_op:
        return answer_cpupool(&call->u.cpupool_op);
    case XEN_SYSCTL_physinfo:
        return answer_physinfo(&call->u.physinfo);
    case XEN_SYSCTL_cputopoinfo:
        return answer_cputopology(&call->u.cputopoinfo);
    case XEN_SYSCTL_numainfo:
        return answer_numa(&call->u.numainfo);
    }
    return refuse(ENOSYS);
}

static long answer(unsigned hypercall, uint64_t first, uint64_t second)
{
    switch (hypercall) {
    case __HYPERVISOR_xen_version:
        return answer_version(first, (char *)(uintptr_t)second);
    case __HYPERVISOR_sysctl:
        return answer_sysctl((struct xen_sysctl *)(uintptr_t)first);
    case __HYPERVISOR_domctl:
        if (((struct xen_domctl *)(uintptr_t)first)->cmd == XEN_DOMCTL_getdomaininfo)
            return refuse(ESRCH);
    }
    return refuse(ENOSYS);
}

/* libxencall */

void *xencall_open(void *logger, unsigned flags)
{
    (void)logger, (void)flags;
    return &a_handle;
}

int xencall_close(void *handle)
{
    (void)handle;
    return 0;
}

void *xencall_alloc_buffer(void *handle, size_t size)
{
    (void)handle;
    return calloc(1, size ? size : 1);
}

void xencall_free_buffer(void *handle, void *buffer)
{
    (void)handle;
    free(buffer);
}

void *xencall_alloc_buffer_pages(void *handle, size_t pages)
{
    return xencall_alloc_buffer(handle, pages * 4096);
}

void xencall_free_buffer_pages(void *handle, void *buffer, size_t pages)
{
    (void)pages;
    xencall_free_buffer(handle, buffer);
}

int xencall1(void *handle, unsigned hypercall, uint64_t first)
{
    (void)handle;
    return answer(hypercall, first, 0);
}

int xencall2(void *handle, unsigned hypercall, uint64_t first, uint64_t second)
{
    (void)handle;
    return answer(hypercall, first, second);
}

/* libxenforeignmemory and libxendevicemodel: opened at start, not used afterwards */

void *xenforeignmemory_open(void *logger, unsigned flags)
{
    return xencall_open(logger, flags);
}

int xenforeignmemory_close(void *handle)
{
    return xencall_close(handle);
}

void *xendevicemodel_open(void *logger, unsigned flags)
{
    return xencall_open(logger, flags);
}

int xendevicemodel_close(void *handle)
{
    return xencall_close(handle);
}

/* libxenstore: a store with the name of the pool in it */

void *xs_open(unsigned long flags)
{
    (void)flags;
    return &a_handle;
}

void xs_close(void *handle)
{
    (void)handle;
}

int xs_fileno(void *handle)
{
    static int ends[2] = { -1, -1 };

    (void)handle;
    /* A pipe that nobody writes to: it can be polled, and is never ready. */
    if (ends[0] < 0 && pipe(ends))
        return -1;
    return ends[0];
}

void *xs_read(void *handle, uint32_t transaction, const char *path, unsigned *length)
{
    (void)handle, (void)transaction;
    if (!strcmp(path, "/local/pool/0/name")) {
        *length = strlen(POOL_NAME);
        return strdup(POOL_NAME);
    }
    errno = ENOENT;
    return NULL;
}

/* libc: the settings of the machine's own xl must not reach the one that is the judge */

FILE *fopen(const char *path, const char *mode)
{
    FILE *(*next)(const char *, const char *) = dlsym(RTLD_NEXT, "fopen");

    if (!strcmp(path, "/etc/xen/xl.conf"))
        path = getenv("ORACLE_XL_CONF");
    if (!path) {
        errno = ENOENT;
        return NULL;
    }
    return next(path, mode);
}
