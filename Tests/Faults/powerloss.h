/* What the two halves of the shim share; see powerloss.c. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WRITE = 1, SIZE, CREATE, RENAME, LINK, UNLINK, MKDIR, RMDIR, SYNCED, FOLDER_SYNCED };

struct control {
    uint64_t syncs, fail_sync_at;  /* how many there were; which one fails, counted from 1 */
    uint64_t writes, fail_write_at;
    uint64_t failed_at;            /* when one was made to fail, in nanoseconds of CLOCK_MONOTONIC */
    uint64_t space_limited, space_left;
    uint64_t forgets_syncs;
    uint64_t unknown;
    uint64_t die_at;               /* with which change the program is killed: noted, and not made (a new file or folder: made) */
    uint64_t failed_inode;         /* of what one was made to fail */
};


/* Of these names the program must not see any. */
#pragma GCC visibility push(hidden)
/* NULL where the shim has nothing to do. */
extern struct control *control;
/* The last change that was noted. */
extern uint64_t number;
/* Held while a change is noted and made, so that the log has their order. */
extern pthread_mutex_t mutex;

int below_root(const char *path);
void whole(int folder, const char *path, char out[4096]);
int path_of(int file, char out[4096]);
int look(const char *path, struct stat *status);
void watch(uint64_t inode);
int is_watched(int file, struct stat *status);
void retain(const char *path, uint64_t inode);
void note(uint64_t type, uint64_t inode, uint64_t offset, const char *first, const char *second);
void note_content(uint64_t type, uint64_t inode, uint64_t offset, uint64_t length, uint64_t size, uint64_t from, uint64_t through);
int fail(uint64_t *count, uint64_t at, uint64_t inode);
int is_full(uint64_t growth);
#pragma GCC visibility pop
