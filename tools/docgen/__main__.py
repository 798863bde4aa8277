"""Entry point of docgen: writes every generated part of the papers, or with `--check` says which is out of date."""

import argparse
import sys

from tools.docgen.papers import stale, write_all

ADVICE = "run `make docs` and keep what it wrote"


def main() -> int:
    """Write the parts, or with --check name those that are out of date; 1 when there are any."""
    parser = argparse.ArgumentParser(prog="python -m tools.docgen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, say what is stale")
    if not parser.parse_args().check:
        for file in write_all():
            print(f"written: {file}")
        return 0
    found = stale()
    for part in found:
        print(f"out of date: {part}; {ADVICE}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
