"""Sums what the parts of tests/run left behind: JUnit files of ctest and pytest, ok lines of scripts.

Prints the failures by name and, last, one line: N passed, N failed, N skipped.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree

PASSED = re.compile(r"\[  PASSED  \] (\d+) test\(s\)")
FAILED = re.compile(r"\[  FAILED  \] (\d+) test\(s\)")
SKIPPED = re.compile(r"\[  SKIPPED \] (\d+) test\(s\)")


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.named = []

    def add_lines(self, file):
        for line in file.read_text().splitlines():
            if line.startswith("ok "):
                self.passed += 1
            elif line.startswith("skip "):
                self.skipped += 1
            elif line.startswith("not ok "):
                self.fail(line[7:])

    def fail(self, name, count=1):
        self.failed += count
        self.named.append(name)

    def add_junit(self, file):
        for case in xml.etree.ElementTree.parse(file).getroot().iter("testcase"):
            self.add_case(case, f"{case.get('classname')}.{case.get('name')}")

    def add_case(self, case, name):
        """A program of cmocka tests is one case to ctest; the cases in it are counted here."""
        told = case.findtext("system-out") or ""
        counts = [sum(map(int, kind.findall(told))) for kind in (PASSED, FAILED, SKIPPED)]
        if case.find("failure") is not None or case.find("error") is not None:
            self.passed += counts[0]
            self.fail(name, max(counts[1], 1))
        elif case.find("skipped") is not None:
            self.skipped += 1
        else:
            self.passed += counts[0] if any(counts) else 1
            self.skipped += counts[2]


def main(folder):
    tally = Tally()
    for file in sorted(pathlib.Path(folder).iterdir()):
        if file.suffix == ".tap":
            tally.add_lines(file)
        elif file.suffix == ".xml":
            tally.add_junit(file)
    for name in tally.named:
        print(f"failed: {name}")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    sys.exit(1 if tally.failed or not tally.passed else 0)


main(sys.argv[1])
