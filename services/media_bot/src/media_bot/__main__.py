"""``python -m media_bot``."""

import sys

from media_bot.main import main

if __name__ == "__main__":
    sys.exit(main())
