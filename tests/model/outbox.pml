/* bugs: CURSOR_OVER_IDS */
/*
 * Several writers commit rows in any order; one reader follows.  RIGHT: rows are numbered in the
 * order of their commits.  CURSOR_OVER_IDS: the reader asks for ids above the last one it saw, which
 * a writer took before it committed.
 */
#define WRITERS 4

byte next_id = 1;
bool committed[WRITERS + 1];
bool heard[WRITERS + 1];
byte number[WRITERS + 1];
byte last_number = 0;
byte finished = 0;

active [WRITERS] proctype writer()
{
    byte id;

    atomic { id = next_id; next_id++ };
    atomic {
        committed[id] = true;
        last_number++;
        number[id] = last_number;
        finished++
    }
}

active proctype reader()
{
    byte cursor = 0, i, found;

    do
    :: atomic {
        found = 0;
        i = 1;
        do
        :: i > WRITERS -> break
        :: else ->
            if
#ifdef RIGHT
            :: committed[i] && number[i] == cursor + 1 -> found = i
#else
            :: committed[i] && i > cursor && found == 0 -> found = i
#endif
            :: else
            fi;
            i++
        od;
        if
#ifdef RIGHT
        :: found -> heard[found] = true; cursor = number[found]
#else
        :: found -> heard[found] = true; cursor = found
#endif
        :: !found && finished == WRITERS -> break
        :: else
        fi
    }
    od;
    i = 1;
    do
    :: i > WRITERS -> break
    :: else -> assert(heard[i]); i++
    od
}
