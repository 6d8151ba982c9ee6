"""``python -m placet.cli`` is ``placet``."""

from placet.cli import main

if __name__ == "__main__":
    main(prog_name="placet")
