"""A disk that can be filled."""

import subprocess


class SmallDisk:
    def __init__(self, folder, megabytes):
        self.folder = folder
        self.megabytes = megabytes
        self.why_not = None

    def mount(self):
        """False, and why not, where this user may not mount."""
        self.folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m,mode=0777",
                               "small", self.folder], capture_output=True, text=True)
        if done.returncode:
            self.why_not = done.stderr.strip()
        return done.returncode == 0

    def fill(self):
        with open(self.folder / "filler", "wb", buffering=0) as to:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        to.write(bytes(size))
                except OSError:
                    continue

    def make_room(self):
        (self.folder / "filler").unlink()

    def take_away(self):
        if self.folder.is_mount():
            subprocess.run(["umount", "-l", self.folder], check=True)
