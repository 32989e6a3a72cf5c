/* bugs: LOCK_ONLY EPOCH_READ_EARLY */
/*
 * Two instances of a service want to write.  The lock says who may try: the server gives it away
 * when it believes the holder's session dead, though the holder may only be frozen, anywhere.  The
 * epoch row says who may: RIGHT asks it in the transaction of each batch.  LOCK_ONLY never asks;
 * EPOCH_READ_EARLY asks before the transaction begins.
 *
 * An instance numbers events by what it read when it took over; two that commit would write one
 * number twice.
 */
#define INSTANCES 2
#define BATCHES 2
#define THEFTS 3
#define NOBODY 255

byte holder = NOBODY;
byte epoch = 0;
byte head = 0;
byte thefts = 0;

/* The session of a frozen holder ends; another may take the lock. */
active proctype server()
{
    end: do
    :: atomic { holder != NOBODY && thefts < THEFTS -> holder = NOBODY; thefts++ }
    od
}

active [INSTANCES] proctype instance()
{
    byte mine, known, batches;
    bool may;

    again:
    end: do
    :: atomic { holder == NOBODY -> holder = _pid };
        /* Taking over: one transaction adds to the epoch and reads the head. */
        atomic { epoch++; mine = epoch; known = head };
        batches = 0;
        do
        :: batches == BATCHES -> break
        :: else ->
#ifdef EPOCH_READ_EARLY
            may = (epoch == mine);
#endif
            /* Frozen here for as long as it pleases: every other step may happen between. */
            atomic {
#ifdef RIGHT
                may = (epoch == mine);
#endif
#ifdef LOCK_ONLY
                may = true;
#endif
                if
                :: may ->
                    assert(known == head); /* the number it gives has not been given */
                    known++;
                    head = known;
                    batches++
                :: else -> goto again
                fi
            }
        od;
        break
    od
}
