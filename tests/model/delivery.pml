/* bugs: EFFECT_FIRST NOTE_FIRST */
/*
 * A link loses, repeats and reorders; the sender repeats until it is answered; the receiver may die
 * anywhere.  RIGHT: effect and note of it are one transaction.  EFFECT_FIRST and NOTE_FIRST: two.
 */
#define MESSAGES 3
#define DEATHS 2

byte effects[MESSAGES];
bool noted[MESSAGES];
bool answered[MESSAGES];
byte deaths = 0;
chan link = [3] of { byte };

active proctype sender()
{
    byte i = 0;

    do
    :: i == MESSAGES -> break
    :: i < MESSAGES && answered[i] -> i++
    :: i < MESSAGES && !answered[i] && nfull(link) -> link ! i
    od
}

active proctype loss()
{
    byte lost;

    end: do
    :: link ?? lost
    od
}

inline die_perhaps()
{
    if
    :: deaths < DEATHS -> deaths++; goto dead
    :: true
    fi
}

active proctype receiver()
{
    byte i;

    dead:
    end: do
    :: (len(link) > 0) ->
        atomic {
            if
            :: link ? i
            :: link ?? [0] -> link ?? 0; i = 0
            :: link ?? [1] -> link ?? 1; i = 1
            :: link ?? [2] -> link ?? 2; i = 2
            :: empty(link) -> goto dead
            fi
        };
        if
        :: noted[i]
        :: else ->
#ifdef RIGHT
            atomic { effects[i]++; noted[i] = true };
#endif
#ifdef EFFECT_FIRST
            effects[i]++;
            die_perhaps();
            noted[i] = true;
#endif
#ifdef NOTE_FIRST
            noted[i] = true;
            die_perhaps();
            effects[i]++;
#endif
            skip
        fi;
        assert(effects[i] <= 1);
        die_perhaps();
        assert(effects[i] == 1);
        answered[i] = true
    od
}
