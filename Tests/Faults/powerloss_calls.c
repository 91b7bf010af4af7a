/* The calls by which a program changes files, each noted by powerloss.c before it is made. */
#include "powerloss.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

/* Writing */

static ssize_t change(int file, const struct iovec *parts, int count, off_t offset, int positioned) {
    struct stat status;
    pthread_mutex_lock(&mutex);
    ssize_t result = -1;
    if (!is_watched(file, &status)) {
        pthread_mutex_unlock(&mutex);
        return positioned ? syscall(SYS_pwritev, file, parts, count, offset, 0) : syscall(SYS_writev, file, parts, count);
    }
    uint64_t length = 0, size = (uint64_t)status.st_size;
    for (int i = 0; i < count; i++) length += parts[i].iov_len;
    int appends = (fcntl(file, F_GETFL) & O_APPEND) != 0;
    uint64_t at = positioned ? (uint64_t)offset : appends ? size : (uint64_t)lseek(file, 0, SEEK_CUR);
    uint64_t end = at + length;
    if (!fail(&control->writes, control->fail_write_at, status.st_ino) && !is_full(end > size ? end - size : 0)) {
        note_content(WRITE, status.st_ino, at, length, size, at, end < size ? end : size);
        result = positioned ? syscall(SYS_pwritev, file, parts, count, offset, 0) : syscall(SYS_writev, file, parts, count);
    }
    int saved = errno;
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}

/* Sockets and pipes may block, and are none of this. */
static int is_file(int file) {
    struct stat status;
    return control && fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

ssize_t write(int file, const void *bytes, size_t length) {
    struct iovec part = {(void *)bytes, length};
    return is_file(file) ? change(file, &part, 1, 0, 0) : syscall(SYS_write, file, bytes, length);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
    return is_file(file) ? change(file, parts, count, 0, 0) : syscall(SYS_writev, file, parts, count);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) { return change(file, parts, count, offset, 1); }
ssize_t pwritev64(int file, const struct iovec *parts, int count, off_t offset) { return change(file, parts, count, offset, 1); }
ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
    struct iovec part = {(void *)bytes, length};
    return change(file, &part, 1, offset, 1);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off_t offset) { return pwrite(file, bytes, length, offset); }

static int resize(int file, off_t length) {
    struct stat status;
    pthread_mutex_lock(&mutex);
    int result = -1;
    if (is_watched(file, &status)) {
        uint64_t size = (uint64_t)status.st_size, to = (uint64_t)length;
        if (!fail(&control->writes, control->fail_write_at, status.st_ino)) {
            if (control->space_limited && to < size) control->space_left += size - to;
            note_content(SIZE, status.st_ino, 0, to, size, to < size ? to : size, size);
            result = syscall(SYS_ftruncate, file, length);
        }
    } else {
        result = syscall(SYS_ftruncate, file, length);
    }
    int saved = errno;
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int ftruncate(int file, off_t length) { return resize(file, length); }
int ftruncate64(int file, off_t length) { return resize(file, length); }

static int reserve(int file, int mode, off_t offset, off_t length) {
    struct stat status;
    pthread_mutex_lock(&mutex);
    int result = -1;
    if (is_watched(file, &status)) {
        uint64_t size = (uint64_t)status.st_size, end = (uint64_t)(offset + length);
        if (mode != 0) control->unknown++;
        if (!is_full(end > size ? end - size : 0)) {
            note_content(SIZE, status.st_ino, 0, end > size ? end : size, size, size, size);
            result = syscall(SYS_fallocate, file, mode, offset, length);
        }
    } else {
        result = syscall(SYS_fallocate, file, mode, offset, length);
    }
    int saved = errno;
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int fallocate(int file, int mode, off_t offset, off_t length) { return reserve(file, mode, offset, length); }
int fallocate64(int file, int mode, off_t offset, off_t length) { return reserve(file, mode, offset, length); }
int posix_fallocate(int file, off_t offset, off_t length) { return reserve(file, 0, offset, length) == 0 ? 0 : errno; }
int posix_fallocate64(int file, off_t offset, off_t length) { return posix_fallocate(file, offset, length); }

/* Opening */

static int open_noting(int folder, const char *path, int flags, mode_t mode) {
    char name[4096];
    int writes = (flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)) != 0;
    if (!control || !writes) return syscall(SYS_openat, folder, path, flags, mode);
    whole(folder, path, name);
    if (!below_root(name)) return syscall(SYS_openat, folder, path, flags, mode);
    struct stat before, status;
    pthread_mutex_lock(&mutex);
    int existed = look(name, &before), result = -1;
    if (existed && S_ISREG(before.st_mode)) {
        retain(name, before.st_ino);
        if (flags & O_TRUNC) note_content(SIZE, before.st_ino, 0, 0, (uint64_t)before.st_size, 0, (uint64_t)before.st_size);
    }
    /* A new file takes a block of its folder's or inode's. */
    if (existed || !(flags & O_CREAT) || !is_full(4096)) result = syscall(SYS_openat, folder, path, flags, mode);
    int saved = errno;
    if (result >= 0 && fstat(result, &status) == 0 && S_ISREG(status.st_mode)) {
        watch(status.st_ino);
        if (!existed) {
            retain(name, status.st_ino);
            note(CREATE, status.st_ino, 0, name, NULL);
        }
    }
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}

static mode_t mode_in(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; }

#define OPEN(name)                                          \
    int name(const char *path, int flags, ...) {            \
        va_list rest;                                       \
        va_start(rest, flags);                              \
        mode_t mode = mode_in(flags, rest);                 \
        va_end(rest);                                       \
        return open_noting(AT_FDCWD, path, flags, mode);    \
    }
#define OPEN_AT(name)                                       \
    int name(int folder, const char *path, int flags, ...) { \
        va_list rest;                                       \
        va_start(rest, flags);                              \
        mode_t mode = mode_in(flags, rest);                 \
        va_end(rest);                                       \
        return open_noting(folder, path, flags, mode);      \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
int __open_2(const char *path, int flags) { return open_noting(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_noting(AT_FDCWD, path, flags, 0); }
int creat(const char *path, mode_t mode) { return open_noting(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

/* Names */

static int rename_noting(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    char old[4096], new[4096];
    if (!control) return syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    whole(from_folder, from, old);
    whole(to_folder, to, new);
    if (!below_root(old) && !below_root(new)) return syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
    struct stat moved, replaced;
    pthread_mutex_lock(&mutex);
    uint64_t inode = 0, gone = 0;
    if (look(old, &moved)) {
        inode = moved.st_ino;
        if (S_ISREG(moved.st_mode)) retain(old, inode);
    }
    if (look(new, &replaced)) {
        gone = replaced.st_ino;
        retain(new, gone);
    }
    if (inode) note(RENAME, inode, gone, old, new);
    int result = syscall(SYS_renameat2, from_folder, from, to_folder, to, flags), saved = errno;
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int rename(const char *from, const char *to) { return rename_noting(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_folder, const char *from, int to_folder, const char *to) { return rename_noting(from_folder, from, to_folder, to, 0); }
int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    return rename_noting(from_folder, from, to_folder, to, flags);
}

static int link_noting(int from_folder, const char *from, int to_folder, const char *to, int flags) {
    char old[4096], new[4096];
    struct stat status;
    if (control) whole(to_folder, to, new);
    if (!control || !below_root(new)) return syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
    whole(from_folder, from, old);
    pthread_mutex_lock(&mutex);
    int result = syscall(SYS_linkat, from_folder, from, to_folder, to, flags), saved = errno;
    if (result == 0 && look(new, &status)) {
        retain(new, status.st_ino);
        note(LINK, status.st_ino, 0, new, NULL);
    }
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int link(const char *from, const char *to) { return link_noting(AT_FDCWD, from, AT_FDCWD, to, 0); }
int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) { return link_noting(from_folder, from, to_folder, to, flags); }

static int unlink_noting(int folder, const char *path, int flags) {
    char name[4096];
    struct stat status;
    if (control) whole(folder, path, name);
    if (!control || !below_root(name)) return syscall(SYS_unlinkat, folder, path, flags);
    pthread_mutex_lock(&mutex);
    if (look(name, &status)) {
        int is_folder = S_ISDIR(status.st_mode);
        if (!is_folder) retain(name, status.st_ino);
        if (control->space_limited && !is_folder) control->space_left += (uint64_t)status.st_size;
        if (is_folder == ((flags & AT_REMOVEDIR) != 0)) note(is_folder ? RMDIR : UNLINK, status.st_ino, 0, name, NULL);
    }
    int result = syscall(SYS_unlinkat, folder, path, flags), saved = errno;
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int unlink(const char *path) { return unlink_noting(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return unlink_noting(folder, path, flags); }
int rmdir(const char *path) { return unlink_noting(AT_FDCWD, path, AT_REMOVEDIR); }

static int mkdir_noting(int folder, const char *path, mode_t mode) {
    char name[4096];
    if (control) whole(folder, path, name);
    if (!control || !below_root(name)) return syscall(SYS_mkdirat, folder, path, mode);
    pthread_mutex_lock(&mutex);
    struct stat status;
    int result = look(name, &status) || !is_full(4096) ? syscall(SYS_mkdirat, folder, path, mode) : -1, saved = errno;
    if (result == 0) note(MKDIR, 0, 0, name, NULL);
    pthread_mutex_unlock(&mutex);
    errno = saved;
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdir_noting(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char *path, mode_t mode) { return mkdir_noting(folder, path, mode); }

/* Synchronising */

static int synchronise(int file, long call) {
    char name[4096];
    struct stat status;
    if (!control || fstat(file, &status) != 0) return syscall(call, file);
    int is_folder = S_ISDIR(status.st_mode);
    pthread_mutex_lock(&mutex);
    int counts = is_folder ? path_of(file, name) && below_root(name) : is_watched(file, &status);
    uint64_t through = number;
    int failed = counts && fail(&control->syncs, control->fail_sync_at, status.st_ino);
    pthread_mutex_unlock(&mutex);
    if (failed) {
        errno = EIO;
        return -1;
    }
    int result = syscall(call, file), saved = errno;
    if (result == 0 && counts && !control->forgets_syncs) {
        pthread_mutex_lock(&mutex);
        note(is_folder ? FOLDER_SYNCED : SYNCED, status.st_ino, through, is_folder ? name : NULL, NULL);
        pthread_mutex_unlock(&mutex);
    }
    errno = saved;
    return result;
}
int fsync(int file) { return synchronise(file, SYS_fsync); }
int fdatasync(int file) { return synchronise(file, SYS_fdatasync); }

/* How much room there is */

static int room(int result, struct statvfs *space) {
    if (result == 0 && control && control->space_limited && space->f_frsize > 0) space->f_bavail = space->f_bfree = control->space_left / space->f_frsize;
    return result;
}

static void *original(const char *name) { return dlsym(RTLD_NEXT, name); }

int statvfs(const char *path, struct statvfs *space) { return room(((int (*)(const char *, struct statvfs *))original("statvfs"))(path, space), space); }
int fstatvfs(int file, struct statvfs *space) { return room(((int (*)(int, struct statvfs *))original("fstatvfs"))(file, space), space); }
int statvfs64(const char *path, struct statvfs64 *space) { return statvfs(path, (struct statvfs *)space); }
int fstatvfs64(int file, struct statvfs64 *space) { return fstatvfs(file, (struct statvfs *)space); }

/* Ways to write that are not followed */

static void unknown_write(int file) {
    struct stat status;
    if (!control || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
    pthread_mutex_lock(&mutex);
    if (is_watched(file, &status)) control->unknown++;
    pthread_mutex_unlock(&mutex);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if (file >= 0 && (protection & PROT_WRITE) && (flags & MAP_SHARED)) unknown_write(file);
    return (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
}
void *mmap64(void *address, size_t length, int protection, int flags, int file, off_t offset) { return mmap(address, length, protection, flags, file, offset); }

ssize_t copy_file_range(int from, off_t *from_offset, int to, off_t *to_offset, size_t length, unsigned flags) {
    unknown_write(to);
    return syscall(SYS_copy_file_range, from, from_offset, to, to_offset, length, flags);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t length) {
    unknown_write(to);
    return syscall(SYS_sendfile, to, from, offset, length);
}
ssize_t sendfile64(int to, int from, off_t *offset, size_t length) { return sendfile(to, from, offset, length); }
