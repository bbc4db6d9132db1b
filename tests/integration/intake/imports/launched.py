"""The program, started so that it leaves behind how much memory it took at most.

The kernel's own account of a child counts what its parent held when it forked; that of its address space does not.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from deploy.command_line import main

if __name__ == "__main__":
    try:
        main()
    finally:
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
        Path(os.environ["PEAK_KB_TO"]).write_text(peak[1] if peak else "")
