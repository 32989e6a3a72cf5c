#include "edge/bundle.h"
#include "fuzz.h"

/* What is a bundle is taken apart without a rest, and is the same when it is put together again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct bundle again;
    struct bytes left = {data, size};
    struct bytes header, body;
    unsigned count = bundle_count(left);

    bundle_empty(&again);
    for (unsigned i = 0; i < count; i++) {
        CHECK(bundle_next(&left, &header, &body));
        CHECK(bundle_fits(&again, header, body));
        bundle_add(&again, header, body);
    }
    if (count > 0)
        CHECK(left.size == 0
              && same_bytes((struct bytes){again.packed, again.size}, (struct bytes){data, size}));
    return 0;
}
