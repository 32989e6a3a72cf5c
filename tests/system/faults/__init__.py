"""Killed at any moment: the load, the faults and the checker of the system tests.

plan      one seed says what is asked and what is broken
load      clients that ask until they know, and write down what they were answered
followers subscribers that go and come back
nemesis   breaks processes, the disk and the database as the plan says
evidence  what is left in the house when all is quiet
checker   what may never happen, looked for in the history and the evidence
campaign  all of it in one run
"""
