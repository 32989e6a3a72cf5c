/*
 * run: `afterline run`, the keeper of a house on one machine.
 *
 * It makes the state folder on the first start, starts PostgreSQL and the daemons in order, starts
 * again with backoff whatever dies, and on SIGTERM ends the daemons first, then PostgreSQL.  In
 * production systemd does this (deploy/systemd).
 */
#pragma once

int run_command(int argc, char **argv);
