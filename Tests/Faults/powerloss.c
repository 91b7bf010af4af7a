/* Loaded into the server (LD_PRELOAD), this writes down how to undo everything that a power cut could undo: what was changed in the
 * files below POWERLOSS_ROOT and not yet synchronised. After kill -9 `powerloss.py` reads the log and takes it back.
 *
 * Each change is noted before it is made, with what was there before; each fsync or fdatasync is noted after it has succeeded, with the
 * number of the last change it can have covered. Synchronising a file does not make its name last: that takes the folder's fsync.
 * Every file is also linked into POWERLOSS_KEEP under its inode's number, so that no removal is final. What is written past this
 * (mapped memory, copy_file_range) is counted as `unknown`, and the test fails by it. SQLite's -shm is not durable and not looked at.
 *
 * POWERLOSS_CONTROL is shared with the test: by it calls fail with EIO, the disk is full, the program dies with a certain change, or
 * synchronisations are forgotten. */
#include "powerloss.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

struct record {
    uint64_t type, number, inode, offset, length, size, first, second, data;
};

#define SLOTS (1 << 16)
struct control *control;
static const char *root, *keep;
static size_t root_length;
static int log_file = -1;
uint64_t number;
static uint64_t watched[SLOTS];
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("POWERLOSS_LOG"), *shared = getenv("POWERLOSS_CONTROL");
    root = getenv("POWERLOSS_ROOT");
    keep = getenv("POWERLOSS_KEEP");
    if (!log || !shared || !root || !keep) return;
    /* Strings of the environment can move; these stay. */
    root = strdup(root);
    keep = strdup(keep);
    root_length = strlen(root);
    int file = syscall(SYS_openat, AT_FDCWD, shared, O_RDWR | O_CLOEXEC);
    log_file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    void *map = (void *)syscall(SYS_mmap, NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (file < 0 || log_file < 0 || map == MAP_FAILED) {
        dprintf(2, "powerloss: cannot begin\n");
        _exit(99);
    }
    control = map;
    /* Programs that the server starts are no part of this. */
    unsetenv("LD_PRELOAD");
}

static uint64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int ends_in_shm(const char *path) {
    size_t length = strlen(path);
    return length >= 4 && strcmp(path + length - 4, "-shm") == 0;
}

int below_root(const char *path) {
    return strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || !path[root_length]) && !ends_in_shm(path);
}

/* The whole path of what a call names; empty when it cannot be told. */
void whole(int folder, const char *path, char out[4096]) {
    char base[2048] = "";
    if (path[0] != '/') {
        if (folder == AT_FDCWD) {
            if (syscall(SYS_getcwd, base, sizeof base) < 0) base[0] = 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
            ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, base, sizeof base - 1);
            base[length < 0 ? 0 : length] = 0;
        }
    }
    if (snprintf(out, 4096, "%s%s%s", base, path[0] == '/' ? "" : "/", path) >= 4096) out[0] = 0;
}

int path_of(int file, char out[4096]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, out, 4095);
    out[length < 0 ? 0 : length] = 0;
    return length >= 0;
}

static uint64_t *slot(uint64_t inode) {
    for (size_t at = inode % SLOTS, tries = 0; tries < SLOTS; at = (at + 1) % SLOTS, tries++)
        if (watched[at] == inode || watched[at] == 0) return &watched[at];
    control->unknown++;
    return NULL;
}

void watch(uint64_t inode) {
    uint64_t *found = slot(inode);
    if (found) *found = inode;
}

int is_watched(int file, struct stat *status) {
    if (!control || fstat(file, status) != 0 || !S_ISREG(status->st_mode)) return 0;
    uint64_t *found = slot(status->st_ino);
    return found && *found == status->st_ino;
}

static void put(const void *bytes, size_t length) {
    for (const char *at = bytes; length > 0;) {
        ssize_t written = syscall(SYS_write, log_file, at, length);
        if (written <= 0) {
            dprintf(2, "powerloss: cannot write the log\n");
            _exit(99);
        }
        at += written;
        length -= (size_t)written;
    }
}

static void note_all(
    uint64_t type, uint64_t inode, uint64_t offset, uint64_t length, uint64_t size, const char *first, const char *second, const void *data, size_t bytes) {
    size_t first_length = first ? strlen(first) : 0, second_length = second ? strlen(second) : 0;
    struct record record = {type, type >= SYNCED ? offset : ++number, inode, offset, length, size, first_length, second_length, bytes};
    put(&record, sizeof record);
    put(first, record.first);
    put(second, record.second);
    put(data, bytes);
    if (type < SYNCED && number == control->die_at) kill(getpid(), SIGKILL);
}

void note(uint64_t type, uint64_t inode, uint64_t offset, const char *first, const char *second) {
    note_all(type, inode, offset, 0, 0, first, second, NULL, 0);
}

/* A second name for a file that nobody removes. */
void retain(const char *path, uint64_t inode) {
    char name[4096];
    snprintf(name, sizeof name, "%s/%llu", keep, (unsigned long long)inode);
    syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0);
}

int look(const char *path, struct stat *status) { return fstatat(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW) == 0; }

/* Notes a part of a file as it is before it is overwritten or cut off. */
void note_content(uint64_t type, uint64_t inode, uint64_t offset, uint64_t length, uint64_t size, uint64_t from, uint64_t through) {
    char *old = NULL;
    size_t got = 0;
    if (through > from) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%llu", keep, (unsigned long long)inode);
        int file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
        old = malloc(through - from);
        while (old && file >= 0 && got < through - from) {
            ssize_t more = syscall(SYS_pread64, file, old + got, through - from - got, from + got);
            if (more <= 0) break;
            got += (size_t)more;
        }
        if (file >= 0) syscall(SYS_close, file);
        if (got < through - from) control->unknown++;
    }
    note_all(type, inode, offset, length, size, NULL, NULL, old, got);
    free(old);
}

int fail(uint64_t *count, uint64_t at, uint64_t inode) {
    if (++*count != at) return 0;
    control->failed_at = now();
    control->failed_inode = inode;
    errno = EIO;
    return 1;
}

/* Takes room for growth from what is left of the disk. */
int is_full(uint64_t growth) {
    if (!control->space_limited) return 0;
    if (growth > control->space_left) {
        errno = ENOSPC;
        return 1;
    }
    control->space_left -= growth;
    return 0;
}
