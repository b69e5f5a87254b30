"""``python -m tokens``."""

import sys

from tokens.main import main

sys.exit(main())
