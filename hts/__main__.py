"""This file is where `python -m hts` starts."""

from hts.cli.main import main

if __name__ == "__main__":
    main()
