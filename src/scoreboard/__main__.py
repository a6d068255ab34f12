"""`python -m scoreboard` is the command line."""

from scoreboard.cli import main

if __name__ == "__main__":
    main()
