/*
 * fail: places where a test build can be made to stumble.
 *
 * FAIL_POINT("writer.after_commit_sent") is nothing in a release.  Built with -DFAIL_POINTS=ON it
 * stands in a list that `<daemon> --fail-points` prints, and AFTERLINE_FAIL in the environment says
 * what happens at the n-th time it is passed: `name=kill@3`, `name=stop@1`, `name=sleep:200@2`;
 * several with commas; without @n at the first.
 */
#pragma once

#ifdef FAIL_POINTS

struct fail_point {
    const char *name;
    unsigned long passed;
};

void fail_point_pass(struct fail_point *point);
void fail_points_print(void);

/* A bug planted on purpose, to see the checker find it: AFTERLINE_PLANT=name in the environment. */
int fail_planted(const char *name);
#define PLANTED(name) fail_planted(name)

#define FAIL_POINT(what)                                                                           \
    do {                                                                                           \
        static struct fail_point fail_point_here                                                   \
            __attribute__((section("fail_points"), used)) = {what, 0};                             \
        fail_point_pass(&fail_point_here);                                                         \
    } while (0)

#else
#define FAIL_POINT(what) ((void)0)
#define PLANTED(name)    0
#endif
