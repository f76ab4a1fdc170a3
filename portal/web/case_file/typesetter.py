"""A program of its own: a case file as JSON comes in, its PDF goes out. It reads nothing else and writes nothing else.

Apart from the portal so that a file, however long, costs no more memory and time than is granted to it here.
"""

import json
import os
import resource
import sys
from pathlib import Path

MEMORY = 1_536 * 1024 * 1024
HERE = Path(__file__).parent


def typeset(told: dict) -> bytes:
    """The PDF, tagged for screen readers: as PDF/UA-1, unless some character has no shape in any font here."""
    import manimgx_fonts  # noqa: PLC0415  the limits of main() come before what needs memory
    import typst  # noqa: PLC0415

    fonts = typst.Fonts(False, False, [str(Path(manimgx_fonts.__file__).parent)])
    layout = (HERE / "layout.typ").read_bytes()

    def compiled(some_undrawn: bool, standards: list[str]) -> bytes:
        inputs = {"told": json.dumps({**told, "some_undrawn": some_undrawn})}
        compiler = typst.Compiler(layout, root=str(HERE), font_paths=fonts, sys_inputs=inputs)
        return compiler.compile(format="pdf", pdf_standards=standards)

    try:
        return compiled(False, ["ua-1"])
    except typst.TypstError as refusal:
        if "could not be displayed" not in refusal.message:
            raise
        return compiled(True, [])


def main() -> None:
    """Turn standard input into standard output."""
    os.environ["RAYON_NUM_THREADS"] = "1"
    if sys.platform == "linux":  # others take this limit for advice, or not at all
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # what a crash would leave behind is a case
    sys.stdout.buffer.write(typeset(json.load(sys.stdin)))


if __name__ == "__main__":
    main()
